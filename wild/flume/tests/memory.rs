//! The memory test of this case.

use std::process::ExitCode;

use exercise_harness::{Bound, Context, Suite};
use leak_meter::{HeapCounts, Report, Resource};
use wild_flume::Board;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// Mostly the board waits; every hundredth tick has a message.
fn tick(board: &mut Board, sender: &flume::Sender<String>, number: u64) {
    if number.is_multiple_of(100) {
        sender.send(format!("message {number}")).expect("the board is there");
    }
    board.tick();
}

fn growth(context: &Context) -> Report {
    let (_sender, mut board) = Board::new();
    // No message arrives for hours: at night.
    context.soak().run(|_| board.tick())
}

/// Every message is shown once, in order.
fn messages_are_shown_in_order(_: &Context) {
    let (sender, mut board) = Board::new();
    for number in 0..1_000 {
        tick(&mut board, &sender, number);
    }
    let expected: Vec<String> = (0..10).map(|number| format!("message {}", number * 100)).collect();
    assert_eq!(board.shown(), expected);
    assert_eq!(board.ticks(), 1_000);
}

/// A board without senders goes on ticking.
fn board_without_senders_ticks(_: &Context) {
    let (sender, mut board) = Board::new();
    drop(sender);
    board.tick();
    board.tick();
    assert_eq!((board.ticks(), board.shown().len()), (2, 0));
}

fn bound(_: &Context) -> Bound {
    let before = HeapCounts::now().live_bytes();
    let (_sender, mut board) = Board::new();
    for _ in 0..20_000 {
        board.tick();
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    Bound { resource: Resource::LiveBytes, measured, limit: 4_000, after: "20,000 ticks".to_owned() }
}


fn main() -> ExitCode {
    Suite::new("flume", include_str!("../exercise.toml"))
        .behaviour("messages_are_shown_in_order", messages_are_shown_in_order)
        .behaviour("board_without_senders_ticks", board_without_senders_ticks)
        .growth(growth)
        .bound("ticks", bound)
        .main()
}
