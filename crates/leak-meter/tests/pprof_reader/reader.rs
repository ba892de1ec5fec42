//! Reads a heap profile in the format of pprof from standard input, with the messages that the crate `pprof` generates
//! from the format's own definition, and prints what it contains as JSON.

use std::error::Error;
use std::io::{Read, stdin};

use flate2::read::GzDecoder;
use pprof::protos::{Message, Profile};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    GzDecoder::new(stdin().lock()).read_to_end(&mut bytes)?;
    let profile = Profile::decode(&*bytes)?;
    let string = |number: i64| -> Result<&str, Box<dyn Error>> {
        let text = profile.string_table.get(usize::try_from(number)?);
        Ok(text.ok_or("a string is missing")?)
    };
    let mut types = Vec::new();
    for kind in &profile.sample_type {
        types.push(json!([string(kind.ty)?, string(kind.unit)?]));
    }
    let mut samples = Vec::new();
    for sample in &profile.sample {
        let mut frames: Vec<Value> = Vec::new();
        for id in &sample.location_id {
            let location = profile.location.iter().find(|location| location.id == *id);
            for line in &location.ok_or("a location is missing")?.line {
                let function = profile.function.iter().find(|of| of.id == line.function_id);
                let function = function.ok_or("a function is missing")?;
                frames.push(json!([string(function.name)?, string(function.filename)?, line.line]));
            }
        }
        samples.push(json!({ "values": sample.value, "frames": frames }));
    }
    let mapping = profile.mapping.first().ok_or("there is no mapping")?;
    let inside = |location: &pprof::protos::Location| location.address < mapping.memory_limit;
    let document = json!({
        "types": types,
        "default": string(profile.default_sample_type)?,
        "samples": samples,
        "build_id": string(mapping.build_id)?,
        "all_inside_the_mapping": profile.location.iter().all(inside),
    });
    println!("{document}");
    Ok(())
}
