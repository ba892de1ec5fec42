//! The runner in a pseudo-terminal: types keys, and reads the screen.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a test waits for something to appear. A first build takes long.
const LONGEST: Duration = Duration::from_secs(150);
const POLL: Duration = Duration::from_millis(5);

/// The runner in a terminal.
pub struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    /// Everything that was written, with control sequences.
    written: Arc<Mutex<Vec<u8>>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Runs `command` in a terminal of this size.
    pub fn run(command: &Command, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.cwd(command.get_current_dir().unwrap());
        builder.env("TERM", "xterm-256color");
        for unset in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            builder.env_remove(unset);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => builder.env(name, value),
                None => builder.env_remove(name),
            }
        }
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 1000)));
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (seen, all) = (Arc::clone(&screen), Arc::clone(&written));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Reading fails once the last program in the terminal has ended.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                seen.lock().unwrap().process(&bytes[..count]);
                all.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { screen, written, keyboard, child, _master: pair.master }
    }

    /// The current contents of the screen.
    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Everything that was written, with control sequences.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Waits, for a limited time, until the screen contains all of `words`.
    #[track_caller]
    pub fn sees(&self, words: &[&str]) -> String {
        self.until(words, |screen| words.iter().all(|words| screen.contains(words)))
    }

    /// Waits, for a limited time, until `is_there` holds for the screen.
    #[track_caller]
    pub fn until(&self, what: &[&str], is_there: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(began.elapsed() < LONGEST, "{what:?} does not appear on:\n{screen}");
            thread::sleep(POLL);
        }
    }

    /// Types `keys`.
    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits, for a limited time, until the runner ends.
    pub fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // Its last output may not have arrived yet.
                thread::sleep(POLL * 10);
                return status;
            }
            assert!(began.elapsed() < LONGEST, "it does not end:\n{}", self.screen());
            thread::sleep(POLL);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
    }
}
