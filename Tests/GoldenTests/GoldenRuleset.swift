// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Foundation
import JagaTesting
import Ruleset

/// The ruleset that Jaga ships, with what a case adds to it.
enum GoldenRuleset {
    /// Jaga's own, as it lies in this checkout.
    static let shipped = Result { try load() }

    /// Jaga's own with a decoder file beside it, as a user would add one.
    static func adding(decoders text: String, named name: String) throws -> RulesetLoading {
        var files = try shippedFiles()
        files.decoders.append(RulesetFile(path: name, bytes: [UInt8](text.utf8)))
        return RulesetLoader.load(files.sorted(), settings: .logtest)
    }

    /// The ruleset that a case is about.
    static func ruleset(of golden: GoldenCase) throws -> RulesetLoading {
        guard let folder = golden.rulesetFolder else { return try shipped.get() }
        func file(_ name: String, as path: String) throws -> RulesetFile {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            return RulesetFile(path: path, bytes: [UInt8](bytes))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let files = RulesetFiles(
            decoders: [try file("decoders.xml", as: "decoders.xml")],
            rules: [try file("rules.xml", as: "rules.xml")],
            lists: try names.filter { !$0.hasSuffix(".xml") }.map {
                try file($0, as: "etc/lists/" + $0)
            }
        )
        return RulesetLoader.load(files, settings: .logtest)
    }

    /// An engine without memory.
    static func engine(_ ruleset: Ruleset) -> AnalysisEngine {
        AnalysisEngine(
            ruleset: ruleset,
            configuration: AnalysisEngine.Configuration(
                managerName: "golden",
                mode: .session(alertLevel: 3)
            )
        )
    }

    private static func load() throws -> RulesetLoading {
        RulesetLoader.load(try shippedFiles().sorted(), settings: .logtest)
    }

    private static func shippedFiles() throws -> RulesetFiles {
        RulesetFiles(decoders: try files("decoders"), rules: try files("rules"), lists: [])
    }

    private static func files(_ kind: String) throws -> [RulesetFile] {
        let folder = TestData.checkout + "/ruleset/" + kind
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let path = folder + "/" + name
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            return RulesetFile(path: path, bytes: [UInt8](bytes))
        }
    }
}

extension AnalysisEngine {
    /// What comes of lines, one a second, with `gaps` before some of them.
    mutating func reports(
        of lines: [String],
        location: String,
        agent: [String]? = nil,
        kind: EventKind = .log,
        gaps: [Int: Int64] = [:]
    ) -> [EventReport] {
        let identity = agent.map { AgentIdentity(id: $0[0], name: $0[1], address: $0[2]) }
        let source = EventSource(
            agent: identity ?? AgentIdentity(id: "000", name: "golden"),
            location: location,
            kind: kind
        )
        var passed: Int64 = 0
        return lines.enumerated().map { index, line in
            let bytes = [UInt8](line.utf8)
            passed += gaps[index + 1] ?? 0
            let seconds = 1_764_000_000 + Int64(index) + passed
            let time = Timestamp(nanoseconds: seconds * 1_000_000_000)
            return inspect(bytes.span, from: source, at: time, .result)
        }
    }
}
