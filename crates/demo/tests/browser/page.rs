//! The page in a headless browser, with the actions and observations of a person.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use demo::request::Request;
use fantoccini::key::Key;
use fantoccini::wd::{PrintConfiguration, PrintSize};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

use crate::processes::{Demo, Driver};

/// The maximum wait for anything on the page.
const SOON: Duration = Duration::from_secs(180);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A browser that shows the page.
pub struct Page {
    client: Client,
}

impl Page {
    /// The page of `demo`.
    pub async fn open(driver: &Driver, demo: &Demo) -> Self {
        Self::at(driver, &demo.address, &[]).await
    }

    /// The speaker notes of `demo`.
    pub async fn notes(driver: &Driver, demo: &Demo) -> Self {
        Self::at(driver, &format!("{}/notes", demo.address), &[]).await
    }

    /// A page from the disk, in a browser without a network: no host name or address can be reached.
    pub async fn offline(driver: &Driver, file: &Path) -> Self {
        let nowhere =
            ["--proxy-server=http://127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND"];
        Self::at(driver, &format!("file://{}", file.display()), &nowhere).await
    }

    /// The page at this address.
    pub async fn at(driver: &Driver, address: &str, more: &[&str]) -> Self {
        let mut arguments = vec!["--headless=new", "--disable-dev-shm-usage", "--disable-gpu"];
        arguments.extend(more);
        if rustix::process::geteuid().is_root() {
            // Its sandbox refuses to run as root, which is the usual user in a container.
            arguments.push("--no-sandbox");
        }
        let options = json!({ "binary": driver.browser, "args": arguments });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.address)
            .await
            .expect("the browser starts");
        client.goto(address).await.expect("the page opens");
        Self { client }
    }

    pub async fn size(&self, width: u32, height: u32) {
        // The window has borders even without a screen, and the size is meant for the page itself. A busy browser
        // reports its old size for a while.
        let began = Instant::now();
        let (mut outer, wanted) = ([width, height], [width, height]);
        loop {
            self.client.set_window_size(outer[0], outer[1]).await.unwrap();
            tokio::time::sleep(POLL_INTERVAL).await;
            let sizes = self.run("return [innerWidth, innerHeight, outerWidth, outerHeight]").await;
            let size = |at: usize| u32::try_from(sizes[at].as_u64().unwrap()).unwrap();
            if [size(0), size(1)] == wanted {
                return;
            }
            assert!(began.elapsed() < SOON, "the page has the size {sizes} instead of {wanted:?}");
            outer = [0, 1].map(|at| wanted[at] + size(at + 2).saturating_sub(size(at)));
        }
    }

    pub async fn press(&self, key: &str) {
        let body = self.client.find(fantoccini::Locator::Css("body")).await.unwrap();
        body.send_keys(key).await.unwrap();
    }

    pub async fn press_key(&self, key: Key) {
        self.press(&char::from(key).to_string()).await;
    }

    pub async fn run(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until the expression has a truthy value on the page, and returns the value.
    pub async fn until(&self, what: &str, expression: &str) -> Value {
        let began = Instant::now();
        loop {
            let value = self.run(&format!("return ({expression}) || false")).await;
            if value != Value::Bool(false) {
                return value;
            }
            assert!(began.elapsed() < SOON, "{what}: not within {SOON:?}.\n{}", self.text().await);
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// The next request of the page to its server.
    pub async fn requested(&self, requests: &Receiver<Request>) -> Request {
        let began = Instant::now();
        loop {
            if let Ok(request) = requests.try_recv() {
                return request;
            }
            assert!(began.elapsed() < SOON, "the page requested nothing");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// All visible text.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// The whole content of the page, visible or not.
    pub async fn source(&self) -> String {
        self.run("return document.documentElement.outerHTML + JSON.stringify(leakLab.page)")
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The last value of a curve in the large chart, as it is drawn.
    pub async fn drawn(&self, version: &str) -> f64 {
        let script = format!(
            "const plot = leakLab.charts.plots[0];
             const at = plot.series.findIndex((one) => one.label === '{version}');
             return plot.series[at].show ? plot.data[at].at(-1) : null"
        );
        let value = self.run(&script).await;
        value.as_f64().unwrap_or_else(|| panic!("{version} is not drawn: {value}"))
    }

    /// How fast a curve rises, in its unit per second, over the next `seconds`.
    pub async fn slope(&self, version: &str, seconds: f64) -> f64 {
        let (began, first) = (Instant::now(), self.drawn(version).await);
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        let last = self.drawn(version).await;
        (last - first) / began.elapsed().as_secs_f64()
    }

    /// Waits for at most `limit` until a curve's slope over two seconds meets a condition.
    pub async fn until_slope(&self, version: &str, limit: Duration, wanted: impl Fn(f64) -> bool) {
        let began = Instant::now();
        loop {
            let slope = self.slope(version, 2.0).await;
            if wanted(slope) {
                return;
            }
            assert!(began.elapsed() < limit, "the slope of {version} is still {slope}");
        }
    }

    pub async fn screenshot(&self, name: &str) {
        let picture = self.client.screenshot().await.unwrap();
        let folder = folder();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// The number of pages of A4 when the page is printed.
    pub async fn printed_pages(&self) -> u64 {
        let options = PrintConfiguration::builder().size(PrintSize::A4).build().unwrap();
        let pdf = self.client.print(options).await.unwrap();
        let mark: &[u8] = b"/Type /Page";
        let pages = pdf.windows(mark.len() + 1).filter(|part| part.starts_with(mark));
        // The tree of all pages has the type `Pages`.
        pages.filter(|part| !part.ends_with(b"s")).count() as u64
    }

    /// Asserts that no part of the page is outside the window, and no part of a card outside the card.
    pub async fn fits(&self, when: &str) {
        let cut = self
            .run(
                "const out = [];
                 for (const node of document.querySelectorAll('header *, .card *, figcaption, footer *')) {
                   const box = node.getBoundingClientRect();
                   const card = node.closest('.card');
                   const right = card ? card.getBoundingClientRect().right : innerWidth;
                   if (box.width && (box.right > right + 1 || box.bottom > innerHeight + 1 || box.left < -1))
                     out.push(node.outerHTML.slice(0, 90));
                 }
                 return out",
            )
            .await;
        assert_eq!(cut, json!([]), "{when}: outside of the window");
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// The folder of the pictures.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots")
}
