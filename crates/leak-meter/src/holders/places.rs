//! What a block is, according to the call stack that allocated it: the kind of container, and the line.

use std::collections::HashMap;

use super::graph::NONE;
use super::owners::Role;
use super::stale_pointers::{Room, Slots};
use crate::allocator::{self, SiteId};
use crate::site::{self, Frame, Names};
use crate::symbols::Symbols;

/// Where blocks were allocated, and as part of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) what: String,
    pub(crate) function: String,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) own: bool,
}

/// The places of sites, each of them looked up once.
#[derive(Debug)]
pub(crate) struct Places {
    names: Names,
    /// [`NONE`] until the place is looked up.
    of_site: Vec<u32>,
    numbers: HashMap<Place, u32>,
    known: Vec<Place>,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self {
            names: Names::new(),
            of_site: Vec::new(),
            numbers: HashMap::new(),
            known: Vec::new(),
        }
    }

    /// The number of a site's place, which is the same for all sites that look alike.
    pub(crate) fn number(&mut self, site: SiteId) -> u32 {
        if let Some(known) = self.of_site.get(site.index()).filter(|known| **known != NONE) {
            return *known;
        }
        let place = self.resolve(site);
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(place.clone()).or_insert(next);
        if number == next {
            self.known.push(place);
        }
        if self.of_site.len() <= site.index() {
            self.of_site.resize(site.index() + 1, NONE);
        }
        self.of_site[site.index()] = number;
        number
    }

    pub(crate) fn get(&self, number: u32) -> &Place {
        &self.known[number as usize]
    }

    /// The number of the structure that contains the blocks of a place. A channel links its blocks to each
    /// other, whichever function sent the message that needed the block.
    pub(crate) fn structure(&self, number: u32) -> u32 {
        if self.get(number).what != CHANNEL {
            return number;
        }
        let first = self.known.iter().position(|place| place.what == CHANNEL);
        first.and_then(|at| u32::try_from(at).ok()).unwrap_or(number)
    }

    /// The function that contains the code at an address, and its location, `file:line`.
    pub(crate) fn function_at(&mut self, code: usize) -> Option<(String, Option<String>)> {
        // Inlined calls share a frame; the program's innermost function is the most specific one.
        let is_own = |frame: &Frame| frame.owner.is_programs();
        let frame = self.names.frames(&[code]).into_iter().find(is_own)?;
        let place = frame.file.as_deref().zip(frame.line);
        let place = place.map(|(file, line)| format!("{}:{line}", site::relative(file)));
        Some((frame.function, place))
    }

    /// The program's symbols.
    pub(crate) fn symbols(&self) -> &Symbols {
        self.names.symbols()
    }

    /// The name of the program's function at the address in `word`.
    pub(crate) fn symbol_at(&self, word: [u8; 8]) -> Option<String> {
        // The lookup expects a return address, so the second byte of the function is used.
        self.symbols().function_at(usize::from_ne_bytes(word).checked_add(1)?)
    }

    fn resolve(&mut self, id: SiteId) -> Place {
        let frames = self.names.outside_the_meter(&allocator::frames(id));
        let Some(at) = site::culprit(&frames) else {
            let nameless = site::nameless(id);
            let (what, function) = (String::new(), nameless.function);
            return Place { what, function, file: None, line: None, own: false };
        };
        let culprit = frames[at].reported();
        Place {
            what: what(&frames[..at]),
            function: culprit.function,
            file: culprit.file,
            line: culprit.line,
            own: culprit.owner.is_programs(),
        }
    }
}

impl Place {
    /// Whether blocks of this place have fields, so that each offset always holds the same kind of value. In
    /// a container, by contrast, all entries are alike.
    pub(crate) fn has_fields(&self) -> bool {
        self.is_counted() || [TASK, "box"].contains(&self.what.as_str())
    }

    /// Whether an owner's pointer to a block of this place may point past its start, as with a hash table.
    pub(crate) fn is_owned_within(&self) -> bool {
        const TO_THE_START: [&str; 11] = [
            "Rc",
            "Arc",
            "box",
            "vector",
            "string",
            "slice",
            "ring buffer",
            "B-tree",
            "linked list",
            "heap",
            BUFFER,
        ];
        !TO_THE_START.contains(&self.what.as_str()) && self.role() == Role::Other
    }

    /// The kind of slots in a block of this place.
    pub(crate) fn slots(&self) -> Slots {
        match self.what.as_str() {
            "Rc" | "Arc" | TASK | TASK_LIST => Slots::None,
            "ring buffer" => Slots::Ring,
            "hash table" => Slots::Table,
            _ => Slots::Unknown,
        }
    }

    pub(crate) fn room(&self) -> Room {
        match self.what.as_str() {
            "vector" => Room::Vector,
            "string" | BUFFER => Room::Text,
            _ => Room::Other,
        }
    }

    pub(crate) fn role(&self) -> Role {
        match self.what.as_str() {
            TASK_LIST => Role::TaskList,
            TASK => Role::Task,
            _ => Role::Other,
        }
    }

    /// Whether the blocks belong to an `Rc` or `Arc`, which may have several owners.
    pub(crate) fn is_counted(&self) -> bool {
        ["Rc", "Arc"].contains(&self.what.as_str())
    }
}

/// Source files of the standard library, by the end of their path, and the containers that they create.
const STANDARD: [(&str, &str); 16] = [
    ("alloc/src/rc.rs", "Rc"),
    ("alloc/src/sync.rs", "Arc"),
    ("collections/btree", "B-tree"),
    ("collections/linked_list.rs", "linked list"),
    ("collections/vec_deque", "ring buffer"),
    ("collections/binary_heap", "heap"),
    ("collections/hash", "hash table"),
    ("alloc/src/string.rs", "string"),
    ("alloc/src/str.rs", "string"),
    ("alloc/src/fmt.rs", "string"),
    ("alloc/src/vec", "vector"),
    ("alloc/src/raw_vec", "vector"),
    ("alloc/src/slice.rs", "slice"),
    ("std/src/sync/mp", "channel"),
    ("std/src/io/buffered", BUFFER),
    ("alloc/src/boxed", "box"),
];

/// A buffer of the standard library's readers and writers, such as that of the standard output: bytes that are not
/// wiped before they are used.
const BUFFER: &str = "I/O buffer";
const TASK: &str = "task of the tokio runtime";
const TASK_LIST: &str = "task list of the tokio runtime";
const CHANNEL: &str = "tokio channel";

/// Source files of tokio, by a part of their path, and what they create.
const TOKIO: [(&str, &str); 3] =
    [("/util/sharded_list.rs", TASK_LIST), ("/runtime/task/", TASK), ("/sync/mpsc/", CHANNEL)];

/// What the frames between an allocation and its culprit line create: the outermost known container.
fn what(inner: &[Frame]) -> String {
    let is_part = |part: &str| inner.iter().any(|frame| is_tokio(frame, part));
    if let Some((_, what)) = TOKIO.iter().find(|(part, _)| is_part(part)) {
        return (*what).to_owned();
    }
    inner.iter().rev().find_map(container).unwrap_or_else(|| "box".to_owned())
}

fn is_tokio(frame: &Frame, part: &str) -> bool {
    frame.package.as_ref().is_some_and(|package| package.name == "tokio")
        && frame.file.as_ref().is_some_and(|file| file.contains(part))
}

fn container(frame: &Frame) -> Option<String> {
    let file = frame.file.as_deref()?;
    if file.contains("hashbrown") {
        return Some("hash table".to_owned());
    }
    if let Some(package) = &frame.package {
        return Some(format!("memory of {package}"));
    }
    let known = STANDARD.iter().find(|(part, _)| file.contains(part));
    known.map(|(_, what)| (*what).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(files: &[&str]) -> Vec<Frame> {
        let frame = |file: &&str| Frame::found("f", Some((*file).to_owned()), Some(1));
        files.iter().map(frame).collect()
    }

    #[test]
    fn a_block_belongs_to_the_outermost_container() {
        const STD: &str = "/rustc/59807616/library/";
        for (inner, expected) in [
            (vec!["alloc/src/alloc.rs", "alloc/src/boxed.rs", "alloc/src/rc.rs"], "Rc"),
            (vec!["alloc/src/raw_vec/mod.rs", "alloc/src/vec/mod.rs"], "vector"),
            (vec!["alloc/src/vec/mod.rs", "alloc/src/string.rs"], "string"),
            (vec!["alloc/src/alloc.rs", "alloc/src/collections/btree/node.rs"], "B-tree"),
            (vec!["alloc/src/alloc.rs"], "box"),
            (
                vec!["alloc/src/sync.rs", "std/src/sync/mpmc/list.rs", "std/src/sync/mpsc.rs"],
                "channel",
            ),
            // What a static of the standard library contains, made by its cell.
            (
                vec![
                    "alloc/src/vec/mod.rs",
                    "std/src/io/buffered/bufwriter.rs",
                    "std/src/sync/once_lock.rs",
                ],
                "I/O buffer",
            ),
            (
                vec![
                    "alloc/src/raw_vec/mod.rs",
                    "alloc/src/vec/mod.rs",
                    "std/src/sync/once_lock.rs",
                ],
                "vector",
            ),
            (vec![], "box"),
        ] {
            let files: Vec<String> = inner.iter().map(|file| format!("{STD}{file}")).collect();
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            assert_eq!(what(&frames(&files)), expected, "{files:?}");
        }
        let registry = "/home/me/.cargo/registry/src/index-1/";
        let [tokio, moka] =
            ["tokio-1.52.0/src/runtime/task/core.rs", "moka-0.12.1/src/sync/cache.rs"]
                .map(|file| format!("{registry}{file}"));
        let raw = "/rustc/59807616/library/alloc/src/alloc.rs";
        let spawn = format!("{registry}tokio-1.52.0/src/runtime/handle.rs");
        assert_eq!(what(&frames(&[raw, &tokio, &spawn])), "task of the tokio runtime");
        assert_eq!(what(&frames(&[raw, &moka])), "memory of moka 0.12.1");
        let [tokio, moka] =
            ["tokio-1.52.0/src/runtime/task/core.rs", "moka-0.12.1/src/sync/cache.rs"]
                .map(|file| format!("/home/me/leak-lab/vendor/{file}"));
        assert_eq!(what(&frames(&[raw, &tokio])), "task of the tokio runtime");
        assert_eq!(what(&frames(&[raw, &moka])), "memory of moka 0.12.1");
        assert_eq!(what(&frames(&["/rust/deps/hashbrown-0.16.1/src/raw.rs"])), "hash table");
    }
}
