//! Where calls come from, and when they are made.

use cucumber::{given, when};
use harness::parameters::{Address, Span, Time, Who};
use harness::{StepError, World};

use crate::principals::named;

/// From here on somebody calls from this address, as `aws:SourceIp` tells it, and so do the sessions that they obtain.
#[given(expr = "{who} calls from the address {address}")]
#[when(expr = "{who} calls from the address {address}")]
async fn calls_from(world: &mut World, who: Who, address: Address) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let Some(ip) = address.ip() else {
        let error = StepError::failed("is no address", format!("there is no address `{}`", address.0));
        return Err(error.help("for instance 203.0.113.7 or 2001:db8::7"));
    };
    let before = named(stage, &who.0).await?;
    let key = |actor: &harness::Actor| actor.key.as_ref().map(|key| key.id.clone());
    let acts = stage.actor.as_ref().is_some_and(|actor| key(actor) == key(&before));
    stage.cast.addresses.insert(who.0.clone(), ip);
    let there = named(stage, &who.0).await?;
    if acts {
        stage.actor = Some(there);
    }
    Ok(())
}

/// Moves the clock on to a time, for the services and for everybody who calls them: `aws:CurrentTime` is then this one.
#[given(expr = "it is {time}")]
#[when(expr = "it is {time}")]
async fn it_is(world: &mut World, time: Time) -> Result<(), StepError> {
    let stage = world.stage()?;
    let now = stage.place.now();
    let Some(moment) = time.moment() else {
        let error = StepError::failed("is no time", format!("there is no time `{}`", time.0));
        return Err(error.help("for instance 2030-01-31, 2030-01-31 09:30 or 09:30"));
    };
    let Some(by) = moment.next(now).and_then(|time| (time - now).to_std().ok()) else {
        let message = format!("it is {} already", now.format("%Y-%m-%d %H:%M:%S UTC"));
        return Err(StepError::failed("is over", message).help("time only goes on: write a later one"));
    };
    stage.pass_time(by).await
}

/// Lets time pass, on the clock of the services and of everybody who calls them.
#[given(expr = "{span} pass(es)")]
#[when(expr = "{span} pass(es)")]
async fn time_passes(world: &mut World, by: Span) -> Result<(), StepError> {
    world.stage()?.pass_time(by.0).await
}
