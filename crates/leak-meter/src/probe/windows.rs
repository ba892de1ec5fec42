//! Handles, threads and resident memory on Windows.

use std::collections::BTreeMap;

use super::{FileGroup, OpenFiles, Unavailable};

/// Counts the open handles of this process; not available yet.
#[derive(Debug)]
pub struct OpenFilesProbe(());

impl OpenFilesProbe {
    /// Always fails on this system.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> Result<Self, Unavailable> {
        Err(refused("open files"))
    }

    /// Never called, since no such probe can be created on this system.
    ///
    /// # Errors
    /// Always.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        Err(refused("open files"))
    }

    /// Never called, since no such probe can be created on this system.
    ///
    /// # Errors
    /// Always.
    pub fn usage(&mut self) -> Result<OpenFiles, Unavailable> {
        Err(refused("open files"))
    }

    /// Never called, since no such probe can be created on this system.
    ///
    /// # Errors
    /// Always.
    pub fn groups(&mut self) -> Result<BTreeMap<FileGroup, u64>, Unavailable> {
        Err(refused("open files"))
    }
}

/// Counts the threads of this process; not available yet.
#[derive(Debug)]
pub struct ThreadsProbe(());

impl ThreadsProbe {
    /// Always fails on this system.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> Result<Self, Unavailable> {
        Err(refused("threads"))
    }

    /// Never called, since no such probe can be created on this system.
    ///
    /// # Errors
    /// Always.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        Err(refused("threads"))
    }
}

/// Measures how much of this process is in main memory; not available yet.
#[derive(Debug)]
pub struct ResidentBytesProbe(());

impl ResidentBytesProbe {
    /// Always fails on this system.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> Result<Self, Unavailable> {
        Err(refused("resident memory"))
    }

    /// Never called, since no such probe can be created on this system.
    ///
    /// # Errors
    /// Always.
    pub fn bytes(&mut self) -> Result<u64, Unavailable> {
        Err(refused("resident memory"))
    }
}

fn refused(what: &str) -> Unavailable {
    Unavailable(format!("{what} cannot be measured on Windows yet"))
}
