// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Analysis
import EventModel
import Glibc
package import Ruleset

/// An engine that targets feed, and its ruleset.
package enum FuzzEngine {
    /// An engine over texts; a mistake in them ends the process.
    package static func make(decoders: String, rules: String, sigma: String = "") -> AnalysisEngine
    {
        engine(
            RulesetFiles(
                decoders: [RulesetFile(path: "d.xml", bytes: Array(decoders.utf8))],
                rules: [
                    RulesetFile(path: "r.xml", bytes: Array(rules.utf8)),
                    RulesetFile(path: "s.yml", bytes: Array(sigma.utf8)),
                ],
                lists: []
            )
        )
    }

    /// An engine over the shipped ruleset, in the folder that JAGA_FUZZ_RULESET
    /// names, and Sigma rules.
    package static func shipped(sigma: String) -> AnalysisEngine {
        guard let folder = getenv("JAGA_FUZZ_RULESET").map({ String(cString: $0) }) else {
            fatalError("JAGA_FUZZ_RULESET does not name the ruleset's folder")
        }
        let yaml = RulesetFile(path: "s.yml", bytes: Array(sigma.utf8))
        return engine(
            RulesetFiles(
                decoders: files(folder + "/decoders"),
                rules: files(folder + "/rules") + [yaml],
                lists: []
            ).sorted()
        )
    }

    private static func engine(_ files: RulesetFiles) -> AnalysisEngine {
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        guard let ruleset = loading.ruleset else { fatalError("\(loading.diagnostics)") }
        return make(ruleset)
    }

    /// An engine over a ruleset.
    package static func make(_ ruleset: Ruleset) -> AnalysisEngine {
        AnalysisEngine(
            ruleset: ruleset,
            configuration: .init(managerName: "fuzz", memorySize: 64)
        )
    }

    private static func files(_ folder: String) -> [RulesetFile] {
        guard let directory = opendir(folder) else { fatalError("cannot read \(folder)") }
        defer { closedir(directory) }
        var files: [RulesetFile] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".xml") else { continue }
            files.append(RulesetFile(path: name, bytes: contents(folder + "/" + name)))
        }
        return files
    }

    private static func contents(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { fatalError("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}

/// An engine that keeps its memory from input to input.
package struct FuzzSession {
    private var engine: AnalysisEngine
    private var seconds: Int64 = 1_769_940_000
    /// One for each queue, so that each has its context.
    private let sources = Dictionary(
        uniqueKeysWithValues: EventKind.allCases.map { kind in
            let agent = AgentIdentity(id: "000", name: "fuzz")
            return (kind, EventSource(agent: agent, location: "/var/log/fuzz.log", kind: kind))
        }
    )

    package init(_ engine: AnalysisEngine) {
        self.engine = engine
    }

    /// Analyses each line of an input, in a batch and alone; every alert must be
    /// whole.
    package mutating func run(_ bytes: [UInt8], queue: UInt8 = EventKind.log.queue) {
        guard let source = sources[EventKind(queue: queue)] else { return }
        var batch = EventBatch()
        for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 16) {
            seconds += 1
            let text = Array(line)
            let time = Timestamp(nanoseconds: seconds * 1_000_000_000)
            batch.append(text, from: source, at: time)
            let report = engine.inspect(text.span, from: source, at: time, .trials)
            check(report.alertJSON)
            for found in report.sigma { check(found.alertJSON) }
        }
        var alerts = AlertBatch()
        engine.analyze(batch, into: &alerts)
        for entry in alerts.entries { check(Array(alerts.bytes[entry.json])) }
    }

    /// Braces and quotes of an alert must be balanced, and no byte break its line.
    private func check(_ json: [UInt8]) {
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        for byte in json {
            precondition(byte >= 0x20, "a control byte in an alert")
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
                precondition(depth >= 0, "an alert closes what it did not open")
            }
        }
        precondition(depth == 0 && !isQuoted, "an alert is not whole")
    }
}
