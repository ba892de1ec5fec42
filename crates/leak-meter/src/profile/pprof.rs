//! The heap profile of pprof: a compressed protocol buffer.

use std::collections::HashMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use super::NamedProfile;
use crate::site::Frame;

impl NamedProfile {
    /// A heap profile for `go tool pprof`, Pyroscope, Parca or speedscope, with the values `inuse_objects` and
    /// `inuse_space` of each call stack. Names are included, and so are the addresses and the build ID.
    pub fn to_pprof(&self) -> Vec<u8> {
        let message = Builder::new(self).message(self).encode_to_vec();
        let mut compressed = GzEncoder::new(Vec::new(), Compression::default());
        // Writing to memory does not fail.
        let _ = compressed.write_all(&message);
        compressed.finish().unwrap_or_default()
    }
}

/// Collects the tables to which samples refer.
struct Builder {
    strings: Vec<String>,
    string_numbers: HashMap<String, i64>,
    functions: Vec<Function>,
    function_numbers: HashMap<(String, Option<String>), u64>,
    locations: Vec<Location>,
    location_numbers: HashMap<Vec<Frame>, u64>,
}

/// The only mapping: the program's file.
const PROGRAM: u64 = 1;

impl Builder {
    fn new(profile: &NamedProfile) -> Self {
        let capacity = profile.stacks.len();
        let mut builder = Self {
            strings: Vec::with_capacity(capacity),
            string_numbers: HashMap::new(),
            functions: Vec::new(),
            function_numbers: HashMap::new(),
            locations: Vec::new(),
            location_numbers: HashMap::new(),
        };
        // The format requires the first string to be empty.
        builder.string("");
        builder
    }

    fn message(mut self, profile: &NamedProfile) -> Profile {
        let objects = self.value_type("inuse_objects", "count");
        let space = self.value_type("inuse_space", "bytes");
        let samples = profile.stacks.iter().map(|stack| Sample {
            location_id: self.locations_of(&stack.frames),
            value: [stack.live_blocks, stack.live_bytes].map(signed).to_vec(),
        });
        let sample = samples.collect();
        let has =
            |is: fn(&Frame) -> bool| profile.stacks.iter().any(|stack| stack.frames.iter().any(is));
        let mapping = Mapping {
            id: PROGRAM,
            memory_limit: self
                .locations
                .iter()
                .map(|location| location.address + 1)
                .max()
                .unwrap_or(0),
            filename: self.string(profile.program.as_deref().unwrap_or_default()),
            build_id: self.string(profile.build_id.as_deref().unwrap_or_default()),
            has_functions: true,
            has_filenames: has(|frame| frame.file.is_some()),
            has_line_numbers: has(|frame| frame.line.is_some()),
            has_inline_frames: true,
        };
        Profile {
            sample_type: vec![objects, space],
            sample,
            mapping: vec![mapping],
            location: self.locations,
            function: self.functions,
            default_sample_type: space.kind,
            period_type: Some(space),
            // Every block is counted.
            period: 1,
            time_nanos: signed(profile.taken_at).saturating_mul(1_000_000),
            string_table: self.strings,
        }
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(number) = self.string_numbers.get(text) {
            return *number;
        }
        let number = signed(self.strings.len() as u64);
        self.strings.push(text.to_owned());
        self.string_numbers.insert(text.to_owned(), number);
        number
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> ValueType {
        ValueType { kind: self.string(kind), unit: self.string(unit) }
    }

    /// The locations of a call stack. Inlined calls share the address, and so the location, of the call around them.
    fn locations_of(&mut self, frames: &[Frame]) -> Vec<u64> {
        let same = |a: &Frame, b: &Frame| a.address.is_some() && a.address == b.address;
        frames.chunk_by(same).map(|frames| self.location(frames)).collect()
    }

    fn location(&mut self, frames: &[Frame]) -> u64 {
        if let Some(number) = self.location_numbers.get(frames) {
            return *number;
        }
        let lines = frames.iter().map(|frame| Line {
            function_id: self.function(frame),
            line: i64::from(frame.line.unwrap_or(0)),
        });
        let line = lines.collect();
        let id = self.locations.len() as u64 + 1;
        let address = frames.first().and_then(|frame| frame.address).unwrap_or(0);
        self.locations.push(Location { id, mapping_id: PROGRAM, address, line });
        self.location_numbers.insert(frames.to_vec(), id);
        id
    }

    fn function(&mut self, frame: &Frame) -> u64 {
        let key = (frame.function.clone(), frame.file.clone());
        if let Some(number) = self.function_numbers.get(&key) {
            return *number;
        }
        let name = self.string(&frame.function);
        let filename = self.string(frame.file.as_deref().unwrap_or_default());
        let id = self.functions.len() as u64 + 1;
        self.functions.push(Function { id, name, system_name: name, filename });
        self.function_numbers.insert(key, id);
        id
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

// The messages of `profile.proto`, with the fields that are used here.

#[derive(Clone, PartialEq, Message)]
struct Profile {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    mapping: Vec<Mapping>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "9")]
    time_nanos: i64,
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Message)]
#[allow(clippy::struct_excessive_bools)] // As the format has them.
struct Mapping {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "3")]
    memory_limit: u64,
    #[prost(int64, tag = "5")]
    filename: i64,
    #[prost(int64, tag = "6")]
    build_id: i64,
    #[prost(bool, tag = "7")]
    has_functions: bool,
    #[prost(bool, tag = "8")]
    has_filenames: bool,
    #[prost(bool, tag = "9")]
    has_line_numbers: bool,
    #[prost(bool, tag = "10")]
    has_inline_frames: bool,
}

#[derive(Clone, PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    mapping_id: u64,
    #[prost(uint64, tag = "3")]
    address: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}
