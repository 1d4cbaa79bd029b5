// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

extension DecoderDraft {
    /// The decoder with its patterns compiled; a pattern that is wrong is
    /// reported and left out.
    func compiled(name: String, nameID: Int, _ log: inout DiagnosticLog) -> LogDecoder {
        let programName = compiledProgramName(&log)
        return LogDecoder(
            name: name,
            nameID: nameID,
            parentName: parent?.string,
            category: category,
            programName: parent == nil ? programName : nil,
            prematch: compiledPrematch(&log),
            extraction: compiledExtraction(&log),
            firstTimeSeen: firstTimeSeen,
            firstTimeSeenComment: firstTimeSeenComment?.string ?? "",
            accumulates: accumulates,
            json: LogDecoder.JSONOptions(discardsNull: discardsNull, joinsArrays: joinsArrays),
            children: [],
            location: location
        )
    }

    private func compiledProgramName(_ log: inout DiagnosticLog) -> Pattern? {
        guard let programName else { return nil }
        let kind = programName.kind(usually: .osmatch, among: PatternKind.allCases, &log)
        return programName.pattern(kind, capturing: false, &log)
    }

    private func compiledPrematch(_ log: inout DiagnosticLog) -> LogDecoder.Prematch? {
        guard let prematch else { return nil }
        let kind = prematch.kind(usually: .osregex, among: [.osregex, .pcre2], &log)
        guard let pattern = prematch.pattern(kind, capturing: false, &log) else { return nil }
        return LogDecoder.Prematch(pattern: pattern, isAfterParent: prematchOffset != nil)
    }

    private func compiledExtraction(_ log: inout DiagnosticLog) -> LogDecoder.Extraction {
        if let plugin { return .plugin(plugin, offset: pluginOffset?.value ?? .log) }
        guard let regex else { return .none }
        let kind = regex.kind(usually: .osregex, among: [.osregex, .pcre2], &log)
        guard let pattern = regex.pattern(kind, capturing: true, &log) else { return .none }
        return .regex(pattern, offset: regexOffset?.value ?? .log, order: order ?? [])
    }
}
