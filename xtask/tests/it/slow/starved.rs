//! A trial on a machine whose processors are all busy.

use std::process::{Child, Command};
use std::thread;

use crate::support::Ran;
use crate::support::toy::Toy;

/// Computes for two seconds of processor time before the first round.
const COMPUTING: &str = r#"
let ran = || {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    statistics.split(' ').next().unwrap().parse::<u64>().unwrap()
};
while ran() < 2_000_000_000 {}
context.soak().run(|_| {})"#;

/// Processes that keep every processor busy. They are killed when dropped.
struct FullLoad(Vec<Child>);

impl FullLoad {
    fn start() -> Self {
        let processors = thread::available_parallelism().unwrap().get();
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self((0..3 * processors).map(|_| spin()).collect())
    }
}

impl Drop for FullLoad {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[test]
#[ignore = "keeps every processor busy"]
fn a_wait_for_a_processor_is_no_silence() {
    let toy = Toy::new("computes").with(1, "toy-computing", COMPUTING);
    toy.run(&["test", "toy-computing"]).ends_with(0);
    let load = FullLoad::start();
    let mut command = toy.command(&["test", "toy-computing"]);
    Ran::run(command.env("LEAK_LAB_SILENCE", "4")).ends_with(0);
    drop(load);
}
