//! Who acts on a stage: administrators, users, instances, and whoever signs with a key.

use std::net::IpAddr;

use target::{AccessKey, InstanceCredentials, Named};
use tokio::time::Instant;

use super::{FIRST_PAUSE, LONGEST_PAUSE, Stage};
use crate::cast::{Actor, unknown};
use crate::recorder::StepError;

impl Stage {
    /// The account's administrator.
    pub fn administrator(&self) -> Actor {
        let principal = self.place.administrator_arn();
        self.actor_with("the administrator", principal, Some(self.place.administrator().clone()))
    }

    /// The administrator of the account that an ARN is in.
    ///
    /// # Errors
    /// Where the place has no other account.
    pub fn administrator_of(&self, arn: &str) -> Result<Actor, StepError> {
        let Some(other) =
            self.place.other_account().filter(|other| arn.split(':').nth(4) == Some(other.as_str()))
        else {
            return Ok(self.administrator());
        };
        let key = self.place.other_administrator().cloned();
        let key =
            key.ok_or_else(|| StepError::inconclusive("can't be tried", "there is no other account here"))?;
        let principal = format!("arn:aws:iam::{other}:root");
        Ok(self.actor_with("the other account's administrator", principal, Some(key)))
    }

    /// An actor who signs with `key`.
    pub fn actor_with(&self, name: &str, principal: String, key: Option<AccessKey>) -> Actor {
        key.iter().for_each(|key| self.recorder.learn(key));
        let configuration = self.recorder.over(self.place.configuration(key.as_ref()));
        let configuration = self.place.patient(key.as_ref(), configuration);
        let buckets_in_path = self.place.has_buckets_in_path();
        Actor { name: name.to_owned(), principal, key, configuration, buckets_in_path, address: None }
    }

    /// The same actor, whose calls come from an address.
    ///
    /// # Errors
    /// Where the place can't have that.
    pub fn at(&self, actor: Actor, address: IpAddr) -> Result<Actor, StepError> {
        let Some(configuration) = self.place.configuration_from(actor.key.as_ref(), address) else {
            let message = "calls to this target come from this machine's address";
            let error = StepError::inconclusive("can't be tried here", message);
            return Err(error.help("tag the scenario `@needs:source-address`, and it is skipped here"));
        };
        let configuration = self.recorder.over(configuration);
        Ok(Actor { configuration, address: Some(address), ..actor })
    }

    /// An instance of the cast as an actor: the programs on it, with the credentials of its role, or with none.
    ///
    /// # Errors
    /// Where the place can't tell.
    pub async fn instance(&self, name: &str, id: &str) -> Result<Actor, StepError> {
        let Some(credentials) = self.credentials_of(name, id).await? else {
            return Ok(self.actor_with(name, "anonymous".to_owned(), None));
        };
        let account = self.place.account();
        let principal = format!("arn:aws:sts::{account}:assumed-role/{}/{id}", credentials.role);
        let actor = self.actor_with(name, principal, credentials.key);
        Ok(Actor { configuration: self.recorder.over(credentials.configuration), ..actor })
    }

    /// What the metadata service of an instance hands out; where that is not yet what the scenario made of it, it is
    /// asked again as long as the place says.
    ///
    /// # Errors
    /// Where the place can't tell.
    pub async fn credentials_of(
        &self,
        name: &str,
        id: &str,
    ) -> Result<Option<InstanceCredentials>, StepError> {
        let role = self.cast.instance_roles.get(name);
        let role = role.map(|role| self.place.names().of(Named::InIam, role));
        let until = Instant::now() + self.place.patience();
        let mut pause = FIRST_PAUSE;
        loop {
            let credentials = self.place.instance_credentials(id).await?;
            let found = credentials.as_ref().map(|credentials| &credentials.role);
            if found == role.as_ref() || Instant::now() + pause > until {
                return Ok(credentials);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// A user of the cast as an actor, with its first key.
    ///
    /// # Errors
    /// Where there is no such user, or it has no key.
    pub fn user(&self, name: &str) -> Result<Actor, StepError> {
        let Some(user) = self.cast.users.get(name) else {
            return Err(unknown("user", name, self.cast.users.keys()));
        };
        let Some(key) = user.keys.first() else {
            return Err(StepError::failed(
                "has no access key",
                format!("user `{name}` can't make calls without one"),
            )
            .help(format!("add the step `Given {name} has an access key`")));
        };
        Ok(self.actor_with(name, user.arn.clone(), Some(key.clone())))
    }

    /// The actor of a step that does not name one.
    ///
    /// # Errors
    /// Where no step has said who acts.
    pub fn current_actor(&self) -> Result<Actor, StepError> {
        self.actor.clone().ok_or_else(|| {
            StepError::failed("nobody acts", "no step before this one says who makes the call")
                .help("begin with `Given NAME`, for instance `Given main-user`")
        })
    }
}
