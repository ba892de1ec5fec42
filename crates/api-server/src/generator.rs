//! The load generator: a separate process, so that its memory is not counted with the server's.
//!
//! It is this test's program, started again with [`ARGUMENT`]. It reads orders from its standard
//! input and exits when the input ends. Between two orders its resident stays connected.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context as _, bail};
use exercise_harness::{cleanup, end_with_parent};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::order::{Answer, Order};
use crate::resident::Resident;

/// The first argument of a test binary that generates load; the second is the server's address.
const ARGUMENT: &str = "generate-load";

/// A running load generator. Dropping it ends the process.
#[derive(Debug)]
pub struct Generator {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    line: String,
    _watched: cleanup::Process,
}

impl Generator {
    /// Starts a load generator for the server at `address`, where its resident logs in.
    pub fn start(address: SocketAddr) -> anyhow::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args([ARGUMENT, &address.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the load generator cannot be started")?;
        let watched = cleanup::Process::watch(&mut child)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (orders, answers) = pipes.context("the load generator has no pipes")?;
        let answers = BufReader::new(answers);
        // Room for any answer, so that an order leaves the heap unchanged.
        let line = String::with_capacity(4096);
        let mut generator = Self { child, orders, answers, line, _watched: watched };
        generator.read_answer()?;
        Ok(generator)
    }

    /// Sends an order and waits until it is carried out.
    pub fn order(&mut self, order: Order) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(&order)?;
        line.push(b'\n');
        self.orders.write_all(&line).context("the load generator accepts no orders")?;
        self.read_answer()
    }

    fn read_answer(&mut self) -> anyhow::Result<()> {
        self.line.clear();
        self.answers.read_line(&mut self.line)?;
        if self.line.is_empty() {
            bail!("the load generator has ended; see its output above");
        }
        match serde_json::from_str(&self.line)? {
            Answer::Done => Ok(()),
            Answer::Failed(reason) => bail!("{reason}"),
        }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // Both fail only if it has already ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the load generator, if this process was started as one.
pub fn run_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    end_with_parent();
    let address = arguments.next().unwrap_or_default();
    Some(match serve_orders(&address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The load generator has ended: {error:#}");
            ExitCode::FAILURE
        }
    })
}

/// Carries out the orders from standard input, one after the other, until it ends.
fn serve_orders(address: &str) -> anyhow::Result<()> {
    let address = address.parse().with_context(|| format!("{address:?} is not an address"))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut resident = runtime.block_on(Resident::move_in(address))?;
    write_answer(&Answer::Done)?;
    let mut orders = orders();
    while let Some(line) = runtime.block_on(resident.wait_for_order(&mut orders)) {
        let order = serde_json::from_str(&line?)?;
        let result = carry_out(&runtime, &mut resident, order);
        let failed = |error| Answer::Failed(format!("{error:#}"));
        write_answer(&result.map_or_else(failed, |()| Answer::Done))?;
    }
    Ok(())
}

/// The lines of the standard input. A thread reads them, so that the wait for one blocks nothing else.
fn orders() -> UnboundedReceiver<io::Result<String>> {
    let (sender, orders) = mpsc::unbounded_channel();
    thread::spawn(move || io::stdin().lock().lines().try_for_each(|line| sender.send(line)));
    orders
}

fn carry_out(runtime: &Runtime, resident: &mut Resident, order: Order) -> anyhow::Result<()> {
    runtime.block_on(async {
        let done = resident.carry_out(order).await;
        // Connections that were dropped meanwhile are closed before the answer.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        done
    })
}

fn write_answer(answer: &Answer) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}
