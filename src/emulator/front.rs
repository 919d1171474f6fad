//! The front that both doors lead to: route, authenticate, decode, authorize, act, render.

mod operations;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method};
use policy::{AccountId, Principal};

use crate::authenticate::authenticate;
use crate::authorize::{DecidedAccess, authorize};
use crate::clock::Clock;
use crate::faults::{Broken, Fate};
use crate::host::{Site, site_of_host};
use crate::ids::uuid_of;
use crate::model::{Answer, Model, Parameters, json_error, render, render_error, validate};
use crate::operation::{Call, Operation, Reply, Service, ServiceError, Transport};
use crate::partition::Partition;
use crate::route::{Route, host};
use crate::s3::{CrossOrigin, FormUpload};
use crate::sigv4::header;
use crate::{iam, s3, sts};

use operations::Target;

pub(crate) use operations::operation_names;

/// The largest body that is taken, in bytes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The caller's address, for `aws:SourceIp`.
    pub source_ip: std::net::IpAddr,
    /// Whether nobody could listen, for `aws:SecureTransport`.
    pub secure: bool,
}

impl Peer {
    /// A caller in the same process: as good as TLS, as nobody can listen.
    pub fn in_process() -> Self {
        Self { source_ip: std::net::Ipv4Addr::LOCALHOST.into(), secure: true }
    }
}

/// An answered request.
pub(crate) struct Handled {
    pub(crate) response: Result<http::Response<Bytes>, Broken>,
    pub(crate) request_id: String,
    pub(crate) decided: Vec<DecidedAccess>,
}

/// What a request is answered in, apart from the partition.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: &'a Clock,
    /// The region of calls that name none.
    pub(crate) region: &'a str,
    pub(crate) peer: Peer,
}

/// Answers one request.
pub(crate) fn handle(
    partition: &mut Partition,
    surroundings: Surroundings<'_>,
    request: http::Request<Bytes>,
) -> Handled {
    let (mut parts, body) = request.into_parts();
    if let Some(site) = site_of_host(&host(&parts)) {
        return visit(partition, surroundings, &parts, &site);
    }
    let method = parts.method.clone();
    let Route { service, parameters } = match Route::of(&parts, &body) {
        Ok(route) => route,
        Err(foreign) => return not_emulated(partition, &parts, &foreign),
    };
    let (request_id, host_id) = response_ids(partition, service);
    let cross_origin = CrossOrigin::of(&parts).filter(|_| service == Service::S3);
    if service == Service::S3 && method == Method::OPTIONS {
        let answer = CrossOrigin::preflight(&partition.s3, cross_origin.as_ref());
        let answer = answer.unwrap_or_else(|error| render_error(service, &error, &request_id, &host_id));
        let response = Ok(finish(service, &method, answer, &request_id, &host_id));
        return Handled { response, request_id, decided: Vec::new() };
    }
    let mut decided = Vec::new();
    partition.look_as(service, surroundings.clock.now());
    let mut front = Front { partition, surroundings, service, form: None, broken: None };
    let outcome = front.answer(&mut parts, body, parameters, &mut decided);
    front.partition.look_at_truth();
    let broken = front.broken;
    let mut answer = match outcome {
        Ok((operation, reply)) => {
            let answer = render(service, operation, reply, &request_id);
            match front.form {
                Some(form) => form.dress(answer),
                None => answer,
            }
        }
        Err(error) => render_error(service, &error, &request_id, &host_id),
    };
    answer.headers.extend(cross_origin.and_then(|asked| asked.headers(&partition.s3)).unwrap_or_default());
    let response = finish(service, &method, answer, &request_id, &host_id);
    Handled { response: broken.map_or(Ok(response), Err), request_id, decided }
}

/// Answers one request to a bucket's website.
fn visit(partition: &mut Partition, surroundings: Surroundings<'_>, parts: &Parts, site: &Site) -> Handled {
    let service = Service::S3;
    let (request_id, host_id) = response_ids(partition, service);
    partition.look_as(service, surroundings.clock.now());
    let visit = s3::Visit::of(site, parts);
    let region = site.region.as_deref().unwrap_or(surroundings.region).to_owned();
    let website = visit.website(&partition.s3);
    let mut front = Front { partition, surroundings, service, form: None, broken: None };
    let mut decided = Vec::new();
    let answer = visit.answer(website, (&request_id, &host_id), |key, wanted| {
        let mut asked = Vec::new();
        let mut read = visit.request(&region, key, wanted);
        let outcome = front.answer(&mut read, Bytes::new(), Parameters::new(), &mut asked);
        decided.append(&mut asked);
        outcome.map(|(operation, reply)| render(service, operation, reply, &request_id))
    });
    front.partition.look_at_truth();
    let broken = front.broken;
    let response = finish(service, &parts.method, answer, &request_id, &host_id);
    Handled { response: broken.map_or(Ok(response), Err), request_id, decided }
}

struct Front<'a> {
    partition: &'a mut Partition,
    surroundings: Surroundings<'a>,
    service: Service,
    /// The form that the request is, where it is one.
    form: Option<FormUpload>,
    /// How the connection is to end without an answer.
    broken: Option<Broken>,
}

impl Front<'_> {
    fn answer(
        &mut self,
        parts: &mut Parts,
        body: Bytes,
        parameters: Parameters,
        decided: &mut Vec<DecidedAccess>,
    ) -> Result<(&'static str, Reply), ServiceError> {
        let Surroundings { clock, peer, .. } = self.surroundings;
        let unsigned = self.may_be_unsigned(&parameters);
        self.form = FormUpload::of(self.service, parts, &parameters, &body)?;
        if self.service == Service::S3 {
            let form = self.form.as_ref().and_then(FormUpload::credential);
            s3::check_region(&self.partition.s3, parts, &parameters, form)?;
        }
        let authenticated = match &self.form {
            Some(form) => {
                let authenticated = form.authenticate(self.partition, parts, clock.now())?;
                form.rewrite(parts)?;
                authenticated
            }
            None => authenticate(self.partition, clock, self.service, unsigned, parts, body)?,
        };
        let target = Target::of(self.service, parts, parameters)?;
        let operation = target.operation(self.service, parts)?;
        self.suffer(operation, authenticated.caller.account.as_ref())?;
        let input = target.input(self.service, operation.name, parts, &authenticated.body)?;
        let model = Model::of(self.service);
        validate(self.service, model, model.input(operation.name), &input)
            .map_err(|error| self.first_error(operation.name, &input, error))?;
        let mut call = Call {
            service: self.service,
            operation: operation.name,
            caller: authenticated.caller,
            region: self.region(authenticated.region),
            now: clock.now(),
            transport: Transport {
                source_ip: peer.source_ip,
                secure: peer.secure,
                user_agent: header(parts, "user-agent"),
                referer: header(parts, "referer"),
                signing: authenticated.signing,
                content_sha256: header(parts, "x-amz-content-sha256"),
            },
            input,
            body: authenticated.body,
            granted: Vec::new(),
        };
        let authorized = self.authorized(operation, &mut call, decided);
        let accesses = decided.iter().map(|access| (access.action.as_str(), access.resource.as_str()));
        self.partition.note_use(|iam| iam.record_use(&call, accesses.clone()));
        authorized.map_err(|error| match self.service {
            Service::S3 => s3::with_region(&self.partition.s3, &call, error),
            _ => error,
        })?;
        Ok((operation.name, self.act(operation, &call)?))
    }

    /// What is throttled, or fails.
    fn suffer(&mut self, operation: &Operation, account: Option<&AccountId>) -> Result<(), ServiceError> {
        let now = self.surroundings.clock.now();
        match self.partition.refusals.fate(self.service, operation.name, account, now) {
            Fate::Spared => Ok(()),
            Fate::Refused(error) => Err(error),
            Fate::Unanswered(broken) => {
                self.broken = Some(broken);
                match broken {
                    Broken::Closed => Ok(()),
                    Broken::Reset => Err(ServiceError::new(500, "InternalFailure", broken.to_string())),
                }
            }
        }
    }

    /// Changes to IAM are made to what is, all else to what is seen.
    fn act(&mut self, operation: &Operation, call: &Call) -> Result<Reply, ServiceError> {
        match self.service {
            Service::Iam if iam::changes(operation.name) => self.partition.change_iam(call, operation.act),
            // Accounts that are opened are there at once.
            Service::Organizations => {
                self.partition.look_at_truth();
                (operation.act)(self.partition, call)
            }
            _ => (operation.act)(self.partition, call),
        }
    }

    /// S3 looks for the bucket before it reads the document.
    fn first_error(&self, operation: &str, input: &serde_json::Value, error: ServiceError) -> ServiceError {
        let is_document =
            self.service == Service::S3 && error.code == "MalformedXML" && operation != "CreateBucket";
        let bucket = input.get("Bucket").and_then(serde_json::Value::as_str).filter(|_| is_document);
        bucket.and_then(|name| self.partition.s3.refuses_any_document(operation, name)).unwrap_or(error)
    }

    /// S3 has public buckets, and whoever has an identity provider's word needs no keys.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    fn may_be_unsigned(&self, parameters: &Parameters) -> bool {
        match self.service {
            Service::S3 => true,
            Service::Sts => {
                parameters.get("Action").is_some_and(|action| sts::UNSIGNED.contains(&action.as_str()))
            }
            _ => false,
        }
    }

    fn region(&self, signed: Option<String>) -> String {
        match self.service.is_global() {
            true => "us-east-1".to_owned(),
            false => signed.unwrap_or_else(|| self.surroundings.region.to_owned()),
        }
    }

    fn authorized(
        &mut self,
        operation: &Operation,
        call: &mut Call,
        decided: &mut Vec<DecidedAccess>,
    ) -> Result<(), ServiceError> {
        let accesses = (operation.access)(self.partition, call)?;
        if accesses.is_empty() && call.caller.principal == Principal::Anonymous {
            return Err(ServiceError::new(403, "AccessDenied", "Access Denied"));
        }
        let verdicts = authorize(self.partition, call, accesses);
        call.granted = verdicts.decided.iter().map(|access| access.decision.is_allowed()).collect();
        *decided = verdicts.decided;
        if let Some(refusal) = verdicts.refusal {
            return Err(refusal);
        }
        let dry_run = call.input.get("DryRun").and_then(serde_json::Value::as_bool) == Some(true);
        if self.service == Service::Ec2 && dry_run {
            let message = "Request would have succeeded, but DryRun flag is set.";
            return Err(ServiceError::new(412, "DryRunOperation", message));
        }
        Ok(())
    }
}

/// A request that is signed for a service that is not emulated is told so, in a form that its client can read.
fn not_emulated(partition: &mut Partition, parts: &Parts, service: &str) -> Handled {
    let request_id = uuid_of(&partition.request_digits());
    let message = format!("the service `{service}` is not emulated by rolecall");
    let error = ServiceError::new(501, "NotImplemented", message);
    let form = header(parts, "content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let answer = match service {
        _ if form => render_error(Service::Sts, &error, &request_id, ""),
        "route53" | "cloudfront" => render_error(Service::Sts, &error, &request_id, ""),
        _ => {
            let mut answer = json_error("1.0", &error);
            answer.headers.insert("x-amzn-errortype", HeaderValue::from_static(error.code));
            answer
        }
    };
    let response = finish(Service::Sts, &parts.method, answer, &request_id, "");
    Handled { response: Ok(response), request_id, decided: Vec::new() }
}

fn response_ids(partition: &mut Partition, service: Service) -> (String, String) {
    match service {
        Service::S3 | Service::S3Control => {
            let hex = partition.request_digits().to_uppercase();
            (hex.chars().take(16).collect(), partition.ids.secret_key())
        }
        _ => (uuid_of(&partition.request_digits()), String::new()),
    }
}

fn finish(
    service: Service,
    method: &Method,
    answer: Answer,
    request_id: &str,
    host_id: &str,
) -> http::Response<Bytes> {
    // A HEAD's answer has no body to tell an error's code; its status has to do.
    let bodiless = *method == Method::HEAD || matches!(answer.status, 204 | 304);
    let mut response = http::Response::new(if bodiless { Bytes::new() } else { answer.body });
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::BAD_REQUEST);
    *response.headers_mut() = answer.headers;
    let ids: &[(&'static str, &str)] = match service {
        Service::S3 | Service::S3Control => {
            &[("x-amz-request-id", request_id), ("x-amz-id-2", host_id), ("server", "AmazonS3")]
        }
        _ => &[("x-amzn-requestid", request_id)],
    };
    for (name, value) in ids {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
