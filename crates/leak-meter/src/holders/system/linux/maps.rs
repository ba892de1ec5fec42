//! The mappings of this process, from `/proc/self/maps`.

use super::super::{Backing, Mapping};

/// The mappings of this process that are private and writable.
pub(in super::super) fn all() -> Result<Vec<Mapping>, String> {
    let text = std::fs::read_to_string("/proc/self/maps")
        .map_err(|error| format!("/proc/self/maps cannot be read: {error}"))?;
    Ok(parse(&text))
}

/// The private writable mappings in the text of `/proc/self/maps`, by address. Shared mappings are left out,
/// because they also belong to other processes and may be as large as a database.
///
/// The system writes the text piece by piece. A mapping that grows meanwhile may be listed twice; the part that
/// has already been listed is left out.
fn parse(text: &str) -> Vec<Mapping> {
    let mut listed = 0;
    let mut rest = |mut mapping: Mapping| {
        mapping.range.start = mapping.range.start.max(listed);
        listed = listed.max(mapping.range.end);
        (!mapping.range.is_empty()).then_some(mapping)
    };
    text.lines().filter_map(line).filter_map(&mut rest).collect()
}

fn line(line: &str) -> Option<Mapping> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let access = fields.next()?;
    let path = fields.nth(3).unwrap_or_default();
    if !(access.starts_with("rw") && access.ends_with('p')) || path.starts_with("/dev/") {
        return None;
    }
    let [start, end] = [start, end].map(|text| usize::from_str_radix(text, 16).ok());
    let backing = match path {
        "[stack]" => Backing::MainStack,
        path if path.starts_with('/') => Backing::File,
        _ => Backing::Anonymous,
    };
    Some(Mapping { range: start?..end?, backing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_that_is_listed_twice_counts_once() {
        let line = |start: u32, end: u32| format!("{start:x}-{end:x} rw-p 00000000 00:00 0\n");
        let text = [line(16, 32), line(16, 48), line(20, 40), line(64, 80)].concat();
        let found: Vec<(usize, usize)> =
            parse(&text).iter().map(|mapping| (mapping.range.start, mapping.range.end)).collect();
        assert_eq!(found, [(16, 32), (32, 48), (64, 80)]);
    }

    #[test]
    fn only_private_writable_memory_counts() {
        let text = "\
55d0a0000000-55d0a0001000 r-xp 00000000 fe:00 11 /bin/shop
55d0a0002000-55d0a0003000 rw-p 00002000 fe:00 11 /bin/shop
55d0a1000000-55d0a1021000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000001000 ---p 00000000 00:00 0
7f0000001000-7f0000201000 rw-p 00000000 00:00 0
7f0000300000-7f0000400000 rw-s 00000000 fe:00 12 /var/data base.db
7f0000500000-7f0000600000 rw-p 00000000 00:06 13 /dev/card
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
not a line
";
        let found: Vec<(usize, Backing)> =
            parse(text).into_iter().map(|mapping| (mapping.range.start, mapping.backing)).collect();
        assert_eq!(
            found,
            [
                (0x55d0_a000_2000, Backing::File),
                (0x55d0_a100_0000, Backing::Anonymous),
                (0x7f00_0000_1000, Backing::Anonymous),
                (0x7ffc_0000_0000, Backing::MainStack),
            ]
        );
    }
}
