//! The work of the soak: users visit the server, one after the other.

use exercise_harness::Context;
use leak_meter::Report;

use crate::ApiServer;
use crate::generator::Generator;
use crate::order::Order;
use crate::running::Running;

/// Pages that are read beforehand, more than a cache may keep.
const PAGES: u64 = 250;

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
        let server = Running::start::<S>(context.folder())?;
        let mut generator = Generator::start(server.address)?;
        let tasks = server.tasks();
        // By its number it is none of the soak's.
        generator.order(Order::Visit { number: u64::from(u32::MAX), seed: 0 })?;
        generator.order(Order::ReadPages { first: 0, count: PAGES })?;
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
        let visit = Order::Visit { number: operation.number(), seed: operation.seed() };
        generator.order(visit).map_err(|error| format!("{error:#}"))
    })
}
