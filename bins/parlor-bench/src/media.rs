//! Files in and out, and what they cost.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use parlor_client::{Claims, Rest, RestError};
use parlor_wire::MediaKindName;
use uuid::Uuid;

use crate::bench::Bench;
use crate::cli::Media;
use crate::content::Content;
use crate::get::Source;
use crate::meter::{Cost, Meter, resident};
use crate::process::Process;
use crate::report::Report;
use crate::town::{Plan, progress};

/// A file that was uploaded, and by whom.
type Uploaded = (usize, Uuid);

/// Uploads files, downloads one of them, and forgets them.
pub(crate) async fn run(options: Media) -> Result<Report> {
    let people = options.at_once.max(1);
    let bench = Bench::ready(options.common.clone(), Plan::mixed(people, 0, 1)).await?;
    let server: Vec<Process> = bench.server().into_iter().collect();
    let mut report = bench.report("media");
    report.add("at_once", people);
    report.add("file_bytes", options.bytes);
    report.add("way", if options.tus { "tus" } else { "form" });
    report.add("rss_before_bytes", resident(&server));

    let meter = Meter::begin(&server)?;
    let files = upload(&bench, &options).await?;
    let cost = meter.end(options.bytes * files.len() as u64)?;
    report.add("uploads", files.len());
    report.add_rounded("upload_seconds", cost.took.as_secs_f64());
    add_cost(
        &mut report,
        &cost,
        [
            "upload_mb_per_second",
            "upload_cpu_seconds_per_gb",
            "upload_tool_cores",
            "upload_rss_peak_bytes",
        ],
    );
    if options.seconds > 0.0 {
        download(&bench, &options, &server, files[0], &mut report).await?;
    }
    forget(&bench, &files).await?;
    Ok(report)
}

/// Uploads as many files as are wanted, so many at once.
async fn upload(bench: &Bench, options: &Media) -> Result<Vec<Uploaded>> {
    let people = bench.town.tokens.len();
    let files = options.files.unwrap_or(people).max(1);
    let rest = Rest::new(bench.common.url.clone());
    let claims = Claims {
        kind: Some(MediaKindName::File),
        ..Claims::default()
    };
    let bar = progress("uploads", files);
    let one = async |n: usize| {
        let person = n % people;
        let rest = rest.with_token(bench.town.tokens[person].as_str());
        let mut content = Content::new(options.bytes);
        let media = if options.tus {
            let mut upload = rest.begin_upload(options.bytes, &claims).await?;
            rest.finish_upload(&mut upload, &mut content, |_| ()).await?;
            upload.id
        } else {
            rest.upload(content, &claims).await?.id
        };
        bar.inc(1);
        Ok::<_, RestError>((person, media))
    };
    let uploads = stream::iter(0..files).map(one).buffer_unordered(people);
    let uploaded = uploads.try_collect().await.context("uploading")?;
    bar.finish_and_clear();
    Ok(uploaded)
}

/// Downloads one file for as long as is wanted, in turns with another server.
async fn download(
    bench: &Bench,
    options: &Media,
    server: &[Process],
    (person, media): Uploaded,
    report: &mut Report,
) -> Result<()> {
    let token = &bench.town.tokens[person];
    let file = bench.common.url.resource(&format!("/v1/media/{media}"));
    let ours = Source::new(&file.parse()?, &format!("Authorization: Bearer {token}\r\n")).await?;
    let theirs = match &options.beside {
        Some(file) => Some(Source::new(file, "").await?),
        None => None,
    };
    if let Some(theirs) = theirs.as_ref().filter(|theirs| theirs.bytes != ours.bytes) {
        bail!("the other server's file has {} bytes: give --bytes", theirs.bytes);
    }
    let beside: Vec<Process> = options.beside_pid.iter().copied().map(Process).collect();
    let (mut cost, mut cost_beside) = (Cost::default(), Cost::default());
    for _ in 0..options.turns.max(1) {
        cost += load(&ours, server, options).await?;
        if let Some(theirs) = &theirs {
            cost_beside += load(theirs, &beside, options).await?;
        }
    }
    report.add("range_bytes", options.range);
    add_cost(
        report,
        &cost,
        [
            "download_mb_per_second",
            "download_cpu_seconds_per_gb",
            "download_tool_cores",
            "download_rss_peak_bytes",
        ],
    );
    if theirs.is_some() {
        add_cost(
            report,
            &cost_beside,
            [
                "beside_mb_per_second",
                "beside_cpu_seconds_per_gb",
                "beside_tool_cores",
                "beside_rss_peak_bytes",
            ],
        );
        report.add_rounded("speed_ratio", cost.speed() / cost_beside.speed());
        if !beside.is_empty() {
            report.add_rounded("cpu_ratio", cost.cpu_per_gb() / cost_beside.cpu_per_gb());
        }
    }
    Ok(())
}

/// One turn.
async fn load(source: &Source, processes: &[Process], options: &Media) -> Result<Cost> {
    let time = Duration::from_secs_f64(options.seconds);
    let meter = Meter::begin(processes)?;
    let bytes = source.load(options.at_once.max(1), time, options.range).await?;
    meter.end(bytes)
}

/// Has the server forget the files, so that a run leaves nothing behind.
async fn forget(bench: &Bench, files: &[Uploaded]) -> Result<()> {
    let rest = Rest::new(bench.common.url.clone());
    let one = async |(person, media): Uploaded| {
        let rest = rest.with_token(bench.town.tokens[person].as_str());
        rest.delete_media(media).await
    };
    let all = stream::iter(files.iter().copied()).map(one).buffer_unordered(8);
    all.try_collect::<()>().await.context("forgetting")
}

fn add_cost(report: &mut Report, cost: &Cost, names: [&'static str; 4]) {
    let [speed, cpu, own, peak] = names;
    report.add_rounded(speed, cost.speed());
    if cost.peak > 0 {
        report.add_rounded(cpu, cost.cpu_per_gb());
        report.add(peak, cost.peak);
    }
    report.add_rounded(own, cost.own_cores());
}
