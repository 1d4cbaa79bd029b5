// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Spool

/// Measures collection alone: a Docker json-file is followed, unwrapped and spooled, on
/// two threads as `jaga up` does it, without an analysis behind.
///
/// ```
/// CollectBench FOLDER [MEGABYTES]
/// ```
/// Prints megabytes of the json-file a second, by the wall clock and by the processor
/// time of all threads together, beside what reading the same file alone takes.
@main
struct CollectBench {
    private static let container = String(repeating: "a", count: 64)

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            print("usage: CollectBench FOLDER [MEGABYTES]")
            return
        }
        let folder = arguments[1]
        let megabytes = arguments.count > 2 ? Int(arguments[2]) ?? 1024 : 1024
        let log = folder + "/\(container)-json.log"
        let size = writeLog(log, megabytes: megabytes)
        let lines = lineCount(log)
        report("read alone", size) { readAlone(log) }
        try report("tail, unwrap", size) {
            try collect(log, folder, lines: lines, isSpooled: false)
        }
        try report("tail, unwrap, spool", size) {
            try collect(log, folder, lines: lines, isSpooled: true)
        }
    }

    // MARK: The log

    /// Lines as nginx writes them and Docker wraps them.
    private static func writeLog(_ path: String, megabytes: Int) -> Int {
        guard let file = fopen(path, "w") else { return 0 }
        defer { fclose(file) }
        var size = 0
        var number = 0
        while size < megabytes << 20 {
            let text =
                "{\"log\":\"203.0.113.\(number % 250) - - [27/Nov/2026:10:00:00 +0000] \\\"GET"
                + " /catalogue/item?id=\(number) HTTP/1.1\\\" 200 \(number % 9000) \\\"-\\\""
                + " \\\"Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0\\\"\\n\",\"stream\":\"stdout\","
                + "\"time\":\"2026-11-27T10:00:00.\(100_000_000 + number % 899_999_999)Z\"}\n"
            size += Int(fputs(text, file)) >= 0 ? text.utf8.count : 0
            number += 1
        }
        return size
    }

    private static func readAlone(_ path: String) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var lines = 0
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return lines }
            lines += buffer[0] == 0 ? 1 : 0
        }
    }

    // MARK: Collection

    /// Follows the file from its first byte to its last; returns the number of events.
    private static func collect(
        _ log: String,
        _ folder: String,
        lines: Int,
        isSpooled: Bool
    ) throws -> Int {
        let queue = EventQueue()
        unlink(folder + "/positions")
        let store = try PositionStore(path: folder + "/positions")
        let watcher = try FileWatcher(
            configuration: FileWatcher.Configuration(),
            queue: queue,
            ledger: store.ledger,
            board: StatusBoard { _ in }
        )
        let configuration = Spool.Configuration(folder: folder + "/spool", limitBytes: 1 << 30)
        let spool = try Spool(configuration, acknowledged: 1, kept: 1) { _, _ in }
        try watcher.start()
        let file = LocalFile(
            location: log,
            format: .dockerJSON,
            excludes: [],
            onlyFutureEvents: false
        )
        LocalFileCollector(files: [file], agent: AgentIdentity(id: "000", name: "bench"))
            .start(on: watcher)
        var events = 0
        while events < lines, let group = queue.popGroup(bytes: 4 << 20) {
            events += try take(group, isSpooled ? spool : nil)
        }
        queue.close()
        watcher.stop()
        return events
    }

    private static func take(_ group: [Delivery], _ spool: Spool?) throws -> Int {
        let events = group.reduce(0) { $0 + $1.batch.entries.count }
        guard let spool else { return events }
        let items = group.map {
            SpoolItem(batch: $0.batch, checkpoint: $0.checkpoint?.encoded ?? [])
        }
        let placed = try spool.append(items, usingReserve: false)
        for (delivery, item) in zip(group, placed) { delivery.acknowledge(before: item.end) }
        // As if the analysis kept up.
        if let last = placed.last {
            spool.acknowledge(before: last.end, events: events)
            spool.keep(from: last.end)
        }
        return events
    }

    private static func lineCount(_ path: String) -> Int {
        guard let file = fopen(path, "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var lines = 0
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return lines }
            lines += buffer[..<count].count { $0 == UInt8(ascii: "\n") }
        }
    }

    // MARK: Figures

    private static func report(_ what: String, _ size: Int, _ body: () throws -> Int) rethrows {
        let (wall, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
        let events = try body()
        let megabytes = Double(size) / 1e6
        let rates = [seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu]
            .map { Int(megabytes / max($0, 1e-9)) }
        print("\(what): \(rates[0]) MB/s, \(rates[1]) MB/s a core, \(events) events")
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
