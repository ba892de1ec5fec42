//! The JSON of DHAT, version 2, which its viewer shows as a tree.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::NamedProfile;
use crate::site::Frame;

impl NamedProfile {
    /// The JSON that DHAT's viewer reads. Its totals are the live blocks and bytes; lifetimes and accesses are
    /// not recorded.
    pub fn to_dhat(&self) -> String {
        let mut table = vec![json!("[root]")];
        let mut positions: HashMap<String, usize> = HashMap::new();
        let points: Vec<Value> = self
            .stacks
            .iter()
            .map(|stack| {
                let frames = stack.frames.iter().map(|frame| {
                    *positions.entry(entry(frame)).or_insert_with_key(|entry| {
                        table.push(json!(entry));
                        table.len() - 1
                    })
                });
                let frames: Vec<usize> = frames.collect();
                json!({ "tb": stack.live_bytes, "tbk": stack.live_blocks, "fs": frames })
            })
            .collect();
        let document = json!({
            "dhatFileVersion": 2,
            "mode": "live heap",
            "verb": "Live, allocated",
            "bklt": false,
            "bkacc": false,
            "tu": "ms",
            "Mtu": "ks",
            "cmd": self.program.as_deref().unwrap_or("program"),
            "pid": self.process,
            "te": self.taken_at,
            "pps": points,
            "ftbl": table,
        });
        document.to_string()
    }
}

/// `0x1a2b: shop::Cart::add (src/cart.rs:7)`.
fn entry(frame: &Frame) -> String {
    let function = &frame.function;
    let place = match (&frame.file, frame.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => "in ???".to_owned(),
    };
    format!("{:#x}: {function} ({place})", frame.address.unwrap_or(0))
}
