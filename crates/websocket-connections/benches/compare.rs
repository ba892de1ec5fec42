//! Time per operation of the exercise against its solution, under the workload of the soak.
//!
//! The workload waits for connections to end. Of the exercise some never do, and it waits in vain, for
//! about a tenth of a second, once in each process; that is part of the exercise's time.

criterion::criterion_group!(benches, compare);
criterion::criterion_main!(benches);

fn compare(criterion: &mut criterion::Criterion) {
    exercise_benchmark::compare(
        criterion,
        "websocket-connections",
        include_str!("../exercise.toml"),
    );
}
