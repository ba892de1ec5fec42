//! What is typed, and when the terminal changes its size.

use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use super::Told;

/// A key, as far as it means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter, a figure or a sign.
    Letter(char),
    /// Enter.
    Enter,
    /// Esc.
    Escape,
    /// The key that takes the last letter back.
    Backspace,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// Ctrl-C.
    Interrupt,
}

/// Tells of every key from now on, until nobody listens.
pub fn listen(tell: Sender<Told>) {
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            let told = match event {
                Event::Resize(..) => Some(Told::Resized),
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    key_of(key.code, key.modifiers).map(Told::Key)
                }
                _ => None,
            };
            if told.is_some_and(|told| tell.send(told).is_err()) {
                break;
            }
        }
    });
}

fn key_of(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    let with_control = modifiers.contains(KeyModifiers::CONTROL);
    match code {
        KeyCode::Char('c' | 'd') if with_control => Some(Key::Interrupt),
        KeyCode::Char(letter) if !with_control => Some(Key::Letter(letter)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up | KeyCode::PageUp => Some(Key::Up),
        KeyCode::Down | KeyCode::PageDown => Some(Key::Down),
        _ => None,
    }
}
