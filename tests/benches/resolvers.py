#!/usr/bin/env python3
"""thoth advise against `uv pip compile` and pip's resolver, all on the same recorded releases; prints tables with ratios.

usage: resolvers.py [--runs N] [--thoth PATH] [--data FOLDER] [--server FILE] [--work FOLDER]

pip resolves for another Python from wheels alone; where a release was recorded with a source distribution only, pip is
given a wheel of its metadata in a folder (--find-links). uv reads the metadata of source distributions without building.

uv and pip ask a simple index on 127.0.0.1 that serves the releases as they stood on the day; thoth has them in a durable
embedded graph, made once by `thoth ingest`, or reads the file of records anew each time (--knowledge). Wall time of the
whole process, median. The first run of the work folder makes a virtual environment with uv, pip and what the server needs.
Nothing here fails for being slow.
"""
import argparse
import io
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parents[2]
# requirements, Python, its ABI tag, the day as of which is resolved (None: everything recorded)
PROBLEMS = [
    (["flask"], "3.8", "cp38", "2020-09-01"),
    (["flask", "tensorflow==2.1.0"], "3.7", "cp37m", "2020-08-21"),
    (["flask"], "3.11", "cp311", None),
]
PIP_SECONDS = 120


def arguments():
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))
    data = Path(os.environ.get("THOTH_SHARED_DATA", WORKSPACE / "../shared/data")).resolve()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--thoth", type=Path, default=target / "release/thoth")
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--server", type=Path, default=data.parent / "tools/serve_index.py")
    parser.add_argument("--work", type=Path, default=target / "bench")
    return parser.parse_args()


def environment(work):
    """Executables of the virtual environment, made where it is missing."""
    binaries = work / "venv/bin"
    if not (binaries / "uv").exists():
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
        wanted = ["uv", "pip", "packaging", "zstandard"]
        subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", "--upgrade", *wanted], check=True)
    return binaries


def serve(binaries, server, data):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([binaries / "python", server, str(port), data], stdin=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, f"http://127.0.0.1:{port}"
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.terminate()
    sys.exit("the index server does not start")


def wheels_of_source_releases(data, day, names, folder):
    """A wheel that holds nothing but metadata for each release of these packages that has source distributions only."""
    import zstandard

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with open(data / "pypi/corpus.jsonl.zst", "rb") as packed:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding="utf-8")
        releases = [json.loads(line) for line in lines]
    for release in releases:
        kinds = {artifact.get("kind") for artifact in release.get("artifacts") or []}
        known = release.get("requires_dist") is not None and not release.get("yanked")
        if release["name"] not in names or not known or kinds != {"sdist"}:
            continue
        if day and (release.get("upload_time") or "9999")[:10] > day:
            continue
        stem = f"{release['name'].replace('-', '_')}-{release['version']}"
        metadata = [f"Metadata-Version: 2.1\nName: {release['name']}\nVersion: {release['version']}"]
        if release.get("requires_python"):
            metadata.append("Requires-Python: " + release["requires_python"])
        metadata += ["Requires-Dist: " + text for text in release["requires_dist"]]
        with zipfile.ZipFile(folder / f"{stem}-py2.py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{stem}.dist-info/METADATA", "\n".join(metadata) + "\n")
            wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{stem}.dist-info/RECORD", "")


def run_once(command, before, variables):
    before()
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PIP_SECONDS,
                              env={**os.environ, **variables})
    except subprocess.TimeoutExpired:
        return None, "", f"no answer within {PIP_SECONDS} s"
    seconds = time.perf_counter() - start
    return (seconds if done.returncode == 0 else None), done.stdout, done.stderr


def measure(runs, command, before=lambda: None, variables=None):
    """-> (median seconds or None, all seconds, stdout of the last run, stderr when it failed)"""
    command = [str(word) for word in command]
    times, stdout = [], ""
    for _ in range(runs):
        seconds, stdout, stderr = run_once(command, before, variables or {})
        if seconds is None:
            return None, times, stdout, stderr
        times.append(seconds)
    return statistics.median(times), times, stdout, ""


def pins_of_advice(stdout):
    advice = json.loads(stdout)
    pins = {pin["name"]: pin["version"] for pin in advice["stacks"][0]["pins"]}
    search = advice["search"]
    return pins, f"{search['stacksInSpace']} stacks, optimal {str(search['optimal']).lower()}"


def pins_of_requirements(stdout):
    lines = [line.split("==") for line in stdout.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    return {name.strip(): version.strip() for name, version in lines}, ""


def pins_of_report(stdout):
    installs = json.loads(stdout)["install"]
    return {each["metadata"]["name"].lower().replace("_", "-"): each["metadata"]["version"] for each in installs}, ""


def contenders(options, binaries, index, graph, work, problem):
    """-> rows of (name, command, before each run, environment variables, reader of the answer)"""
    requirements, python, abi, day = problem
    corpus = options.data / "pypi/corpus.jsonl.zst"
    url = f"{index}/corpus/{day or 'all'}/simple/"
    advise = [options.thoth, "--quiet", "advise", *requirements, "--python-version", python, "--platform",
              "linux-x86_64", "--format", "json", *(["--as-of", day] if day else [])]
    given = work / "requirements.in"
    given.write_text("\n".join(requirements) + "\n")
    cache = work / "uv-cache"
    compile_ = [binaries / "uv", "pip", "compile", given, "--index-url", url, "--cache-dir", cache, "--python-version",
                python, "--python-platform", "x86_64-manylinux_2_28", "--no-header", "--no-annotate", "--quiet", "--no-config", "--no-python-downloads", "--python", binaries / "python"]
    platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_12_x86_64",
                 "manylinux2010_x86_64", "manylinux_2_5_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    pip = [binaries / "python", "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--dry-run",
           "--ignore-installed", "--quiet", "--report", "-", "--index-url", url, "--only-binary", ":all:", "--no-cache-dir",
           "--python-version", python, "--implementation", "cp", "--abi", abi, "--abi", "abi3", "--abi", "none",
           *[word for platform in platforms for word in ("--platform", platform)],
           "--find-links", work / "wheels", "--target", work / "nowhere", *requirements]

    def nothing():
        pass

    def cold():
        shutil.rmtree(cache, ignore_errors=True)

    # A proxy of the machine must not stand between a resolver and the index on 127.0.0.1.
    direct = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    yield "thoth exact, graph", [*advise, "--graph", f"embedded:{graph}"], nothing, {}, pins_of_advice
    yield ("thoth latest, graph", [*advise, "--predictor", "latest", "--graph", f"embedded:{graph}"], nothing, {},
           pins_of_advice)
    yield "thoth exact, --knowledge", [*advise, "--knowledge", corpus], nothing, {}, pins_of_advice
    yield "uv pip compile, cold", compile_, cold, direct, pins_of_requirements
    yield "uv pip compile, warm", compile_, nothing, direct, pins_of_requirements
    yield "pip install --dry-run", pip, nothing, {**direct, "PIP_FIND_LINKS": ""}, pins_of_report


def compare(options, binaries, index, graph, work, problem):
    requirements, python, _, day = problem
    print(f"\n{' '.join(requirements)}, python {python}, as of {day or 'the last record'}")
    print(f"{'':26}{'seconds':>9}{'of exact':>10}  {'range':15} answer")
    base, answers = None, {}
    for name, command, before, variables, read in contenders(options, binaries, index, graph, work, problem):
        median, times, stdout, stderr = measure(options.runs, command, before, variables)
        if median is None:
            print(f"{name:26}{'-':>9}{'':10}  failed: {(stderr.strip() or stdout.strip())[-400:]}")
            continue
        base = base or median
        pins, note = read(stdout)
        if not answers:
            # thoth comes first: the packages of its answer are those that may need such wheels.
            wheels_of_source_releases(options.data, day, set(pins), work / "wheels")
        answers[name] = pins
        spread = f"{min(times):.3f}-{max(times):.3f}"
        print(f"{name:26}{median:9.3f}{median / base:10.2f}  {spread:15} {len(pins)} pins {note}", flush=True)
    report_differences(answers)


def report_differences(answers):
    reference = answers.get("uv pip compile, warm")
    for name, pins in answers.items():
        if reference is None or pins == reference:
            continue
        names = sorted(set(pins) | set(reference))
        other = [f"{each} {pins.get(each, 'none')} (uv {reference.get(each, 'none')})" for each in names
                 if pins.get(each) != reference.get(each)]
        print(f"  {name}: {'; '.join(other[:6])}{' …' if len(other) > 6 else ''}")


def main():
    options = arguments()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    binaries = environment(work)
    if Path(sys.prefix).resolve() != (work / "venv").resolve():
        # zstandard is there and not here.
        os.execv(binaries / "python", [binaries / "python", __file__, *sys.argv[1:]])
    graph = work / "graph"
    # Made anew each time: a graph of another build of thoth may hold less than this one reads.
    shutil.rmtree(graph, ignore_errors=True)
    start = time.perf_counter()
    ingest = [options.thoth, "--quiet", "ingest", options.data / "pypi/corpus.jsonl.zst", "--graph", f"embedded:{graph}",
              "--store", (work / "documents").as_uri()]
    subprocess.run(ingest, check=True, stdout=subprocess.DEVNULL, cwd=work)
    print(f"thoth ingest, once: {time.perf_counter() - start:.1f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    for tool in (["uv", "--version"], ["pip", "--version"]):
        print(subprocess.run([binaries / tool[0], tool[1]], capture_output=True, text=True).stdout.split(" from")[0].strip())
    server, index = serve(binaries, options.server, options.data)
    try:
        # The server reads the corpus and makes its answers once, at the first question: not the resolvers' time.
        for problem in PROBLEMS:
            compare(options, binaries, index, graph, work, problem)
    finally:
        server.terminate()
        server.wait()
    print(f"\nload at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
