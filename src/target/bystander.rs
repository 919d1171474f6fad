//! Whoever looks on at the calls that a target makes by itself: those that reach it and what is there, those of its
//! self-test, and those that remove what was made.

use aws_types::SdkConfig;
use emulator::Ear;

use crate::place::Place;

/// Sees calls on their way, and changes nothing.
pub trait Bystander {
    /// The same configuration, whose calls are seen; `principal` is the ARN of who makes them.
    fn over(&self, configuration: SdkConfig, principal: &str) -> SdkConfig;

    /// Its calls so far went to `place`, which may know why they were answered so.
    fn went_to(&self, _place: &dyn Place) {}

    /// Hears what other programs, which `principal` stands for, ask of the emulator; `None`: nobody listens.
    fn ear(&self, _principal: &str) -> Option<Ear> {
        None
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Bystander for Nobody {
    fn over(&self, configuration: SdkConfig, _principal: &str) -> SdkConfig {
        configuration
    }
}
