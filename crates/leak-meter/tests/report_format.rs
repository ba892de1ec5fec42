//! A report can be written and read back unchanged, and an unknown field is an error.
#![cfg(all(feature = "holders", feature = "soak"))]

use leak_meter::{Report, Soak};

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let report = Soak::new().rounds(24).run(|_| {});
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);

    let more = text.replacen('{', "{\"surprise\":1,", 1);
    let error = serde_json::from_str::<Report>(&more).unwrap_err().to_string();
    assert!(error.contains("surprise"), "{error}");
}
