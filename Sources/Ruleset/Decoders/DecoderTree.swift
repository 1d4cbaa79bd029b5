// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// The decoders of all files, put in their two levels.
///
/// Source: analysis-engine.md §4.2.
struct DecoderTree {
    private(set) var decoders: [LogDecoder] = []
    /// Top-level decoders with a program name.
    private(set) var programDecoders: [Int] = []
    /// Top-level decoders without one.
    private(set) var plainDecoders: [Int] = []
    private(set) var names = DecoderNames()

    /// Names as written, by decoder: a child may lose its own.
    private var ownNames: [String] = []
    private var topLevel: [String: [Int]] = [:]
    /// Names of decoders that were reported: nobody is blamed for missing them.
    private var brokenNames: Set<String> = []
    private var orphans: [DecoderDraft] = []

    /// Whether a file could not be read to its end: then decoders may be missing
    /// that are there.
    var isIncomplete = false

    /// Adds a decoder below those that were added before.
    mutating func insert(_ draft: DecoderDraft, _ log: inout DiagnosticLog) {
        _ = names.register(draft.name)
        if draft.isBroken { brokenNames.insert(draft.name) }
        guard let parent = draft.parent else {
            insertAtTop(draft, &log)
            return
        }
        guard let parents = topLevel[parent.string] else {
            orphans.append(draft)
            brokenNames.insert(draft.name)
            return
        }
        insert(draft, under: parents, parentName: parent.string, &log)
    }

    /// Reports decoders whose parent was not there, now that all are known.
    mutating func finish(_ log: inout DiagnosticLog) {
        let circle = namesInCircles
        for orphan in orphans {
            guard let parent = orphan.parent, !isIncomplete else { continue }
            if circle.contains(orphan.name), circle.contains(parent.string) {
                log.error(
                    .circle,
                    at: parent.location,
                    "decoder \"\(orphan.name)\" and its parent \"\(parent.string)\" are "
                        + "in a circle: none of them is a top-level decoder",
                    hint: "a parent has no <parent> itself; a decoder tree has two levels"
                )
                continue
            }
            let isBroken = brokenNames.contains(parent.string)
            guard !isBroken || ownNames.contains(parent.string) else { continue }
            log.error(
                .unknownParent,
                at: parent.location,
                "decoder \"\(orphan.name)\" has the parent \"\(parent.string)\", "
                    + "which is no top-level decoder before it",
                hint: hint(forMissing: parent.string)
            )
        }
    }

    /// Names of orphans whose parents lead back to themselves.
    private var namesInCircles: Set<String> {
        let parents = Dictionary(
            orphans.compactMap { orphan in orphan.parent.map { (orphan.name, $0.string) } },
            uniquingKeysWith: { first, _ in first }
        )
        var found: Set<String> = []
        var done: Set<String> = []
        for start in parents.keys where !done.contains(start) {
            var path: [String] = []
            var onPath: Set<String> = []
            var name = start
            while let parent = parents[name], !done.contains(name), onPath.insert(name).inserted {
                path.append(name)
                name = parent
            }
            if onPath.contains(name), let first = path.firstIndex(of: name) {
                found.formUnion(path[first...])
            }
            done.formUnion(path)
        }
        return found
    }

    private func hint(forMissing parent: String) -> String {
        if let later = topLevel[parent]?.first {
            let place = decoders[later].location
            return "it comes later, in \(place.file) line \(place.line); "
                + "files are loaded in the order of their names"
        }
        if ownNames.contains(parent) {
            return "it is a child itself; a decoder tree has two levels"
        }
        return WordSuggestion.hint(for: parent, among: Array(topLevel.keys).sorted())
    }

    private mutating func insertAtTop(_ draft: DecoderDraft, _ log: inout DiagnosticLog) {
        let index = append(draft, shownName: draft.name, &log)
        topLevel[draft.name, default: []].append(index)
        if draft.programName == nil {
            plainDecoders.append(index)
        } else {
            programDecoders.append(index)
        }
    }

    private mutating func insert(
        _ draft: DecoderDraft,
        under parents: [Int],
        parentName: String,
        _ log: inout DiagnosticLog
    ) {
        checkSiblings(of: draft, under: parents, &log)
        let shownName = draft.usesOwnName ? draft.name : parentName
        let index = append(draft, shownName: shownName, &log)
        for parent in parents {
            for position in decoders[parent].children.indices {
                let sibling = decoders[parent].children[position].decoder
                guard ownNames[sibling] == draft.name else { continue }
                decoders[parent].children[position].hasNext = true
            }
            decoders[parent].children.append(LogDecoder.Child(decoder: index, hasNext: false))
        }
    }

    private func checkSiblings(
        of draft: DecoderDraft,
        under parents: [Int],
        _ log: inout DiagnosticLog
    ) {
        if draft.isBroken { return }
        for parent in parents {
            let siblings = decoders[parent].children.map(\.decoder)
                .filter { ownNames[$0] == draft.name }
            guard checkChain(of: draft, after: siblings, &log) else { return }
        }
    }

    /// Whether a decoder may follow its namesakes, and has the one that
    /// `after_regex` needs.
    private func checkChain(
        of draft: DecoderDraft,
        after siblings: [Int],
        _ log: inout DiagnosticLog
    ) -> Bool {
        let allExtract = siblings.allSatisfy { decoders[$0].extraction.takesFields }
        let isChainable =
            draft.extracts && allExtract
            && draft.prematch == nil && draft.firstTimeSeen == nil
        if !siblings.isEmpty, !isChainable, !brokenNames.contains(draft.name) {
            log.error(
                .badSibling,
                at: draft.location,
                "decoder \"\(draft.name)\" cannot follow its earlier sibling of the same name",
                hint: "both need a regex or plugin_decoder, and only the first may have "
                    + "prematch or fts"
            )
            return false
        }
        guard let offset = draft.regexOffset, offset.value == .afterRegex else { return true }
        let hasSearched = siblings.contains {
            decoders[$0].prematch != nil || decoders[$0].extraction.isRegex
        }
        if hasSearched || brokenNames.contains(draft.name) { return true }
        log.error(
            .badOffset,
            at: offset.location,
            "decoder \"\(draft.name)\": offset after_regex needs an earlier sibling "
                + "of the same name with prematch or regex"
        )
        return false
    }

    private mutating func append(
        _ draft: DecoderDraft,
        shownName: String,
        _ log: inout DiagnosticLog
    ) -> Int {
        let errorsBefore = log.errorCount
        let number = names.register(shownName)
        ownNames.append(draft.name)
        decoders.append(draft.compiled(name: shownName, nameID: number, &log))
        if log.errorCount > errorsBefore { brokenNames.insert(draft.name) }
        return decoders.count - 1
    }
}

extension LogDecoder.Extraction {
    /// Whether it takes anything.
    var takesFields: Bool {
        if case .none = self { return false }
        return true
    }

    /// Whether it is a pattern.
    var isRegex: Bool {
        if case .regex = self { return true }
        return false
    }
}
