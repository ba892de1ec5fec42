//! Time per operation of the exercise against its solution, under the workload of the soak.

criterion::criterion_group!(benches, compare);
criterion::criterion_main!(benches);

fn compare(criterion: &mut criterion::Criterion) {
    exercise_benchmark::compare(criterion, "api-server", include_str!("../exercise.toml"));
}
