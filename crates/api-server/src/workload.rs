//! The work of the soak: users visit the server, one after the other.

use exercise_harness::Context;
use leak_meter::Report;

use crate::ApiServer;
use crate::generator::Generator;
use crate::order::Order;
use crate::running::Running;

/// Projects of which two pages each are read beforehand, more than a cache may keep.
const PROJECTS: u64 = 120;
/// The number of the first project and of the first visit: all numbers are of one length.
const FIRST: u64 = 1000;

/// A server, the load on it, and the tasks that it has at rest.
pub struct Scene {
    pub server: Running,
    pub generator: Generator,
    pub tasks: u64,
}

impl Scene {
    /// Starts version `S` and its load generator, and lets the server warm up: its cache is full,
    /// and every part of it has worked once.
    pub fn set<S: ApiServer>(context: &Context) -> anyhow::Result<Self> {
        // From here on, so that what the cache keeps of the warm-up has its lines as well.
        leak_meter::allocator::start();
        let server = Running::start::<S>(context.folder())?;
        let mut generator = Generator::start(server.address)?;
        let tasks = server.tasks();
        generator.order(Order::Visit { number: FIRST - 1, seed: 0 })?;
        generator.order(Order::ReadPages { first: FIRST, projects: PROJECTS })?;
        server.rest(tasks);
        Ok(Self { server, generator, tasks })
    }
}

/// Has many users visit, and judges what stays behind.
pub fn growth<S: ApiServer>(context: &Context) -> Report {
    let Scene { server, mut generator, tasks } = match Scene::set::<S>(context) {
        Ok(scene) => scene,
        Err(error) => return context.soak().run(|_| Err::<(), _>(format!("{error:#}"))),
    };
    context.soak().tasks(|| server.tasks()).settle(|| server.rest(tasks)).run(|operation| {
        let visit = Order::Visit { number: FIRST + operation.number(), seed: operation.seed() };
        generator.order(visit).map_err(|error| format!("{error:#}"))
    })
}
