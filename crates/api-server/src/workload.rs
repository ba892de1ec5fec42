//! The workload of the soak: users visit the server, one after the other.

use exercise_harness::Context;
use leak_meter::{Operation, Report};

use crate::ApiServer;
use crate::generator::Generator;
use crate::order::Order;
use crate::running::Running;

/// Projects of which one page each is read in advance: so many more than a cache may keep that one which
/// cleans up late, and the listeners of each project, have reached their full size.
const PROJECTS: u64 = 1000;
/// The number of projects whose pages are read by one order.
const PROJECTS_PER_ORDER: u64 = 50;
/// The number of the first project and of the first visit, so that all numbers have one length.
pub const FIRST: u64 = 1000;

/// A server, its load generator, and the number of its tasks at rest.
pub struct Scene {
    pub server: Running,
    pub generator: Generator,
    pub tasks: u64,
}

impl Scene {
    /// Starts version `S` and its load generator, and lets the server warm up: its cache is full,
    /// and every part of it has worked once.
    ///
    /// `projects` is the number of pages that are read.
    pub fn set<S: ApiServer>(context: &Context, projects: u64) -> anyhow::Result<Self> {
        // Started before the warm-up, so that blocks the cache keeps from it have their lines.
        leak_meter::allocator::start();
        let server = Running::start::<S>(context.folder())?;
        let mut generator = Generator::start(server.address)?;
        let tasks = server.tasks_at_rest();
        generator.order(Order::Visit { number: FIRST - 1, seed: 0 })?;
        read_pages(context, &mut generator, FIRST, projects, false)?;
        server.rest(tasks);
        Ok(Self { server, generator, tasks })
    }

    /// Like [`set`](Self::set), but panics on an error.
    pub fn expect<S: ApiServer>(context: &Context) -> Self {
        Self::set::<S>(context, PROJECTS)
            .unwrap_or_else(|error| panic!("the server cannot be used: {error:#}"))
    }

    /// Sends an order to the load generator; panics if it fails.
    pub fn carry_out(&mut self, order: Order) {
        let done = self.generator.order(order);
        done.unwrap_or_else(|error| panic!("{order:?} could not be carried out: {error:#}"));
    }

    /// Reads one page of each of `projects` projects, or `both`; panics on an error.
    pub fn read_pages(&mut self, context: &Context, first: u64, projects: u64, both: bool) {
        let read = read_pages(context, &mut self.generator, first, projects, both);
        read.unwrap_or_else(|error| panic!("the pages could not be read: {error:#}"));
    }

    /// Waits until the server has come to rest.
    pub fn rest(&self) {
        self.server.rest(self.tasks);
    }

    /// Soaks version `S` with the orders that `work` gives its load generator, after the warm-up of
    /// [`set`](Self::set).
    pub fn soak<S: ApiServer>(
        context: &Context,
        projects: u64,
        mut work: impl FnMut(&mut Generator, Operation) -> anyhow::Result<()>,
    ) -> Report {
        let Self { server, mut generator, tasks } = match Self::set::<S>(context, projects) {
            Ok(scene) => scene,
            Err(error) => return context.soak().run(|_| Err::<(), _>(format!("{error:#}"))),
        };
        let soak = context.soak().tasks(|| server.tasks()).settle(|| server.rest(tasks));
        soak.run(|operation| work(&mut generator, operation).map_err(|error| format!("{error:#}")))
    }
}

/// Reads one page of each of `projects` projects, or `both`, and reports progress.
fn read_pages(
    context: &Context,
    generator: &mut Generator,
    first: u64,
    projects: u64,
    both: bool,
) -> anyhow::Result<()> {
    for order in 0..projects.div_ceil(PROJECTS_PER_ORDER) {
        let read = order * PROJECTS_PER_ORDER;
        let projects = PROJECTS_PER_ORDER.min(projects - read);
        generator.order(Order::ReadPages { first: first + read, projects, both })?;
        context.progress();
    }
    Ok(())
}

/// Lets many users visit and measures what they leave behind.
pub fn growth<S: ApiServer>(context: &Context) -> Report {
    Scene::soak::<S>(context, PROJECTS, |generator, operation| {
        let number = FIRST + operation.number();
        generator.order(Order::Visit { number, seed: operation.seed() })
    })
}
