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

    /// The locations of a call stack. Inlined calls share the address, and so the location, of the call around them. A
    /// recursive call has the same address again, and begins with the same frame.
    fn locations_of(&mut self, frames: &[Frame]) -> Vec<u64> {
        let mut locations = Vec::new();
        let mut rest = frames;
        while let Some((first, others)) = rest.split_first() {
            let is_inlined = |frame: &&Frame| {
                first.address.is_some() && frame.address == first.address && *frame != first
            };
            let length = 1 + others.iter().take_while(is_inlined).count();
            let (call, others) = rest.split_at(length);
            locations.push(self.location(call));
            rest = others;
        }
        locations
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::named::NamedStack;
    use crate::site::Owner;

    fn frame(function: &str, address: Option<u64>) -> Frame {
        Frame { address, ..Frame::named(function, Owner::Program) }
    }

    /// The functions of each location of a call stack, with the location's number.
    fn locations(frames: Vec<Frame>) -> Vec<(u64, Vec<String>)> {
        let profile = NamedProfile {
            stacks: vec![NamedStack { frames, live_blocks: 1, live_bytes: 64 }],
            program: None,
            build_id: None,
            process: 1,
            taken_at: 0,
        };
        let message = Builder::new(&profile).message(&profile);
        let name = |line: &Line| {
            let function = message.function.iter().find(|of| of.id == line.function_id).unwrap();
            message.string_table[usize::try_from(function.name).unwrap()].clone()
        };
        let sample = message.sample[0].location_id.iter().map(|id| {
            let location = message.location.iter().find(|location| location.id == *id).unwrap();
            (*id, location.line.iter().map(name).collect())
        });
        sample.collect()
    }

    #[test]
    fn calls_of_a_recursion_and_frames_without_an_address_are_not_inlined() {
        let [inlined, walk] = ["push", "walk"].map(|name| frame(name, Some(0x10)));
        let main = frame("main", Some(0x20));
        let calls = [&inlined, &walk, &inlined, &walk, &main].map(Frame::clone);
        let call = (1, vec!["push".to_owned(), "walk".to_owned()]);
        let expected = vec![call.clone(), call, (2, vec!["main".to_owned()])];
        assert_eq!(locations(calls.to_vec()), expected);
        let recursion = [&walk, &walk, &walk].map(Frame::clone);
        assert_eq!(locations(recursion.to_vec()), vec![(1, vec!["walk".to_owned()]); 3]);
        let unknown = ["a", "b"].map(|name| frame(name, None)).to_vec();
        let expected = vec![(1, vec!["a".to_owned()]), (2, vec!["b".to_owned()])];
        assert_eq!(locations(unknown), expected);
    }
}
