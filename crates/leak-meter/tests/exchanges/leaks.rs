//! A stock drains while something else leaks at the same rate: Growing.

use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use super::{is_blamed, soak};

type Block = Box<[u8; 64]>;

/// More jobs than a soak of 96 rounds works off.
const JOBS: u64 = 20_000;

#[inline(never)]
fn job(number: u64) -> Block {
    Box::new([number.to_le_bytes()[0]; 64])
}

/// The leak: nothing takes a result out of the place where it is stored.
#[inline(never)]
#[allow(clippy::boxed_local, clippy::needless_pass_by_value)] // The job is freed here.
fn work_off(job: Block, keep: impl FnOnce(Block)) {
    keep(Box::new([job[0]; 64]));
}

fn queue() -> VecDeque<Block> {
    (0..JOBS).map(job).collect()
}

fn list() -> Vec<Block> {
    Vec::with_capacity(30_000)
}

pub fn results_leak_while_a_queue_from_before_the_soak_drains() {
    let (mut jobs, mut done) = (queue(), list());
    let report = soak().run(|_| work_off(jobs.pop_front().unwrap(), |result| done.push(result)));
    is_blamed(&report, "work_off");
}

pub fn results_leak_while_a_queue_filled_in_the_soak_drains() {
    let (mut jobs, mut done) = (VecDeque::with_capacity(30_000), list());
    let report = soak().run(|operation| {
        if operation.number() == 0 {
            jobs.extend((0..JOBS).map(job));
        }
        work_off(jobs.pop_front().unwrap(), |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

#[derive(Default)]
struct Service {
    jobs: VecDeque<Block>,
    done: Vec<Block>,
}

pub fn a_queue_and_a_list_in_one_struct_on_the_heap_are_two_containers() {
    let service = Arc::new(Mutex::new(Service { jobs: queue(), done: list() }));
    let report = soak().run(|_| {
        let Service { jobs, done } = &mut *service.lock().unwrap();
        work_off(jobs.pop_front().unwrap(), |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

pub fn results_in_a_hash_table_are_distinguished_from_jobs_in_a_queue() {
    let mut service = Box::new((queue(), HashMap::<u64, Block>::with_capacity(30_000)));
    let report = soak().run(|operation| {
        let (jobs, done) = &mut *service;
        work_off(jobs.pop_front().unwrap(), |result| _ = done.insert(operation.number(), result));
    });
    is_blamed(&report, "work_off");
}

pub fn results_in_a_linked_list_are_distinguished_from_jobs_in_a_queue() {
    let mut service = Box::new((queue(), LinkedList::<Block>::new()));
    let report = soak().run(|_| {
        let (jobs, done) = &mut *service;
        work_off(jobs.pop_front().unwrap(), |result| done.push_back(result));
    });
    assert_eq!(report.verdict, leak_meter::Verdict::Growing, "{report}");
}

pub fn results_in_a_list_are_distinguished_from_jobs_in_a_hash_table() {
    let jobs: HashMap<u64, Block> = (0..JOBS).map(|number| (number, job(number))).collect();
    let mut service = Box::new((jobs, list()));
    let report = soak().run(|operation| {
        let (jobs, done) = &mut *service;
        work_off(jobs.remove(&operation.number()).unwrap(), |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

pub fn results_in_a_list_are_distinguished_from_jobs_in_a_btree() {
    let jobs: BTreeMap<u64, Block> = (0..JOBS).map(|number| (number, job(number))).collect();
    let mut service = Box::new((jobs, list()));
    let report = soak().run(|_| {
        let (jobs, done) = &mut *service;
        work_off(jobs.pop_first().unwrap().1, |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

struct Owned {
    #[allow(dead_code)] // It only exists to be owned.
    service: Arc<Mutex<Back>>,
    payload: Block,
}

#[derive(Default)]
struct Back {
    jobs: VecDeque<Box<Owned>>,
    done: Vec<Block>,
}

pub fn jobs_that_own_their_service_do_not_join_its_containers() {
    let service = Arc::new(Mutex::new(Back::default()));
    for number in 0..JOBS {
        let owned = Box::new(Owned { service: Arc::clone(&service), payload: job(number) });
        service.lock().unwrap().jobs.push_back(owned);
    }
    service.lock().unwrap().done = list();
    let report = soak().run(|_| {
        let mut service = service.lock().unwrap();
        let Owned { payload, .. } = *service.jobs.pop_front().unwrap();
        work_off(payload, |result| service.done.push(result));
    });
    is_blamed(&report, "work_off");
}

pub fn every_worker_has_a_queue_and_a_list_of_its_own() {
    const WORKERS: u64 = 40;
    let worker = |_| {
        let jobs = (0..JOBS / WORKERS).map(job).collect();
        Service { jobs, done: Vec::with_capacity(600) }
    };
    let mut workers: Vec<Service> = (0..WORKERS).map(worker).collect();
    let report = soak().run(|operation| {
        let worker = usize::try_from(operation.number() % WORKERS).unwrap();
        let Service { jobs, done } = &mut workers[worker];
        work_off(jobs.pop_front().unwrap(), |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

pub fn forgotten_results_are_not_an_exchange() {
    let mut jobs = VecDeque::new();
    let report = soak().run(|operation| {
        if operation.number() == 0 {
            jobs.extend((0..JOBS).map(job));
        }
        work_off(jobs.pop_front().unwrap(), |result| _ = black_box(Box::leak(result)));
    });
    is_blamed(&report, "work_off");
}

pub fn a_queue_made_of_a_vector_is_distinguished_from_its_results() {
    let (mut jobs, mut done) = (VecDeque::new(), list());
    let report = soak().run(|operation| {
        if operation.number() == 0 {
            jobs = VecDeque::from((0..JOBS).map(job).collect::<Vec<Block>>());
        }
        work_off(jobs.pop_front().unwrap(), |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

pub fn jobs_that_moved_within_their_vector_leave_nothing_to_the_results() {
    let (mut jobs, mut done) = (Vec::new(), Vec::new());
    done.resize_with(30_000, || None);
    let report = soak().run(|operation| {
        let number = usize::try_from(operation.number()).unwrap();
        if number == 0 {
            jobs.extend((0..JOBS).map(job));
        }
        let next = jobs.swap_remove(number * 7919 % jobs.len());
        work_off(next, |result| done[number] = Some(result));
    });
    is_blamed(&report, "work_off");
}

pub fn a_leak_that_goes_on_after_the_queue_is_empty_is_blamed() {
    let (mut jobs, mut done) = (queue(), list());
    jobs.truncate(12_000);
    let report = soak().run(|operation| {
        let next = jobs.pop_front().unwrap_or_else(|| job(operation.number()));
        work_off(next, |result| done.push(result));
    });
    is_blamed(&report, "work_off");
}

#[inline(never)]
fn refresh(cache: &mut VecDeque<Block>, number: u64) {
    cache.pop_front();
    cache.push_back(Box::new([number.to_le_bytes()[0]; 64]));
}

pub fn a_leak_beside_a_cache_that_exchanges_its_entries_is_found() {
    let (mut jobs, mut done, mut cache) = (VecDeque::new(), list(), VecDeque::new());
    let report = soak().run(|operation| {
        if operation.number() == 0 {
            jobs.extend((0..JOBS).map(job));
            cache.extend((0..JOBS).map(|number| Box::new([number.to_le_bytes()[0]; 64])));
        }
        work_off(jobs.pop_front().unwrap(), |result| done.push(result));
        refresh(&mut cache, operation.number());
    });
    is_blamed(&report, "work_off");
}
