//! `--up`: the fleet stays, for whoever wants to try it by hand.

use std::time::Duration;

use crate::error::DemoError;
use crate::fleet::Fleet;
use crate::options::Options;
use crate::steps::Steps;
use crate::stop::Stop;

const POLL: Duration = Duration::from_millis(200);

/// Starts the fleet, tells how to use it, and stops it after Ctrl-C.
pub fn run(options: &Options, stop: &Stop) -> Result<(), DemoError> {
    println!("Gildhall: API, workers and everything they need on this machine.\n");
    let mut steps = Steps::default();
    let mut fleet = Fleet::start(options, &mut steps, stop)?;
    println!("{}", addresses(&fleet, options));
    println!("{}", recipes(fleet.api.base(), fleet.api.key(), options));
    println!("{}", operating(&fleet));
    println!("It runs until Ctrl-C.");
    let outcome = wait(&mut fleet, stop);
    println!("\nStopping.");
    let ended = fleet.end(options);
    outcome?;
    ended
}

/// Waits for Ctrl-C, or for a role that ends by itself.
fn wait(fleet: &mut Fleet, stop: &Stop) -> Result<(), DemoError> {
    loop {
        fleet.roles.check()?;
        if stop.pause(POLL).is_err() {
            return Ok(());
        }
    }
}

fn addresses(fleet: &Fleet, options: &Options) -> String {
    let (base, services) = (fleet.api.base(), &fleet.services);
    [
        String::new(),
        format!("API            {base}"),
        format!("to read        {base}/docs, {base}/openapi.json"),
        format!("to watch       {base}/readyz, {base}/metrics"),
        format!("key            {}", fleet.api.key()),
        format!("RabbitMQ       {}", services.setting("GILDHALL_AMQP_URL")),
        format!("  its pages    {}", services.management_url),
        format!(
            "PostgreSQL     {}",
            services.setting("GILDHALL_DATABASE_URL")
        ),
        format!(
            "S3             {}, bucket {}",
            services.setting("GILDHALL_S3_ENDPOINT"),
            services.setting("GILDHALL_S3_BUCKET")
        ),
        format!("clamd          {}", services.setting("GILDHALL_CLAMD")),
        format!("logs           {}", options.logs().display()),
    ]
    .join("\n")
}

/// What an operator would ask next.
fn operating(fleet: &Fleet) -> String {
    let (database, broker) = (
        fleet.services.setting("GILDHALL_DATABASE_URL"),
        fleet.services.setting("GILDHALL_AMQP_URL"),
    );
    format!(
        r#"  # what an operator sees
  export GILDHALL_DATABASE_URL='{database}' GILDHALL_AMQP_URL='{broker}'
  target/debug/gildhall job show "$JOB"
  target/debug/gildhall dlq list
"#
    )
}

/// Lines to paste into another terminal, in this order.
fn recipes(base: &str, key: &str, options: &Options) -> String {
    let assets = options.assets.display();
    format!(
        r#"
Paste this into another terminal, in the same folder:

  # who you are
  URL={base}/api/v1/video
  KEY='Authorization: Bearer {key}'

  # upload two photos
  for PHOTO in ring watch; do
    curl -sS -H "$KEY" --data-binary @{assets}/products/$PHOTO.jpg "$URL/assets?kind=products&name=$PHOTO.jpg"; echo
  done

  # submit a job
  JOB=$(curl -sS -H "$KEY" -H 'Content-Type: application/json' -H "Idempotency-Key: $(date +%s)" "$URL/process" \
    -d '{{"images": ["products/ring.jpg", "products/watch.jpg"], "text_overlay": "Try me ✨", "duration_s": 6}}' |
    sed 's/.*"job_id":"\([^"]*\)".*/\1/'); echo "$JOB"

  # watch it until it is done
  curl -sSN -H "$KEY" "$URL/jobs/$JOB/events"

  # download the video
  curl -sSL -H "$KEY" -o video.mp4 "$URL/assets/$JOB" && ls -l video.mp4
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn the_recipes_name_address_key_and_a_valid_job() {
        let options = Options::parse_from(["gildhall-demo", "--assets", "media"]);
        let text = recipes("http://127.0.0.1:8080", "gk_a_b", &options);
        assert!(text.contains("URL=http://127.0.0.1:8080/api/v1/video\n"));
        assert!(text.contains("Bearer gk_a_b'") && text.contains("@media/products/"));
        let job = text
            .split_once("-d '")
            .and_then(|(_, rest)| rest.split_once('\''));
        let (job, _) = job.expect("a body");
        gildhall_proto::JobSpec::from_json(job.as_bytes()).expect("a valid job");
    }
}
