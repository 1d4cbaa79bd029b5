// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import WebAttacks

/// Texts from outside the data that the judges were made on.
@Suite("Attacks and harmless texts written for these tests")
struct AuthoredCaseTests {
    private static let lists: [(name: String, text: String, least: Double)] = [
        ("sql", AuthoredCases.sql, 98), ("script", AuthoredCases.script, 98),
        ("commands", AuthoredCases.commands, 96), ("files", AuthoredCases.files, 98),
        ("addresses", AuthoredCases.addresses, 97),
    ]

    @Test("of the attacks on one language nearly all are found", arguments: lists.map(\.name))
    func attacks(name: String) throws {
        let list = try #require(Self.lists.first { $0.name == name })
        let values = AuthoredCases.values(list.text)
        #expect(values.count > 50)

        let missed = values.filter { classes($0).isEmpty }

        let found = 100 * Double(values.count - missed.count) / Double(values.count)
        #expect(found >= list.least, "\(found) %, missed: \(missed.joined(separator: "\n"))")
    }

    @Test("of templates, lookups, documents, queries, headers and code nearly all are found")
    func others() {
        let cases = AuthoredCases.classified(AuthoredCases.others)
        #expect(cases.count > 200)

        let missed = cases.filter { classes($0.value).isEmpty }.map(\.value)

        #expect(Double(missed.count) <= 0.03 * Double(cases.count), "\(missed)")
    }

    @Test("attacks in paths, in names and in JSON or base64 within values are found")
    func targets() {
        let cases = AuthoredCases.classified(AuthoredCases.targets)
        #expect(cases.count > 80)

        let missed = cases.filter { WebAttacksTests.attacks($0.value).isEmpty }.map(\.value)

        #expect(missed == [])
    }

    @Test("no harmless text is taken for an attack: prose, names, sums, searches, code's words")
    func harmless() {
        let texts = AuthoredCases.harmless
        #expect(texts.count > 1000)
        var detector = WebAttackDetector()

        let alarms = texts.filter { text in
            !WebAttacksTests.attacks("/search?q=" + encoded(text), &detector).isEmpty
        }

        #expect(alarms == [])
    }

    @Test("an attack stays one when words stand beside it, or a harmless text looks like it")
    func unspoken() {
        let values = AuthoredCases.values(AuthoredCases.unspoken)
        #expect(values.count > 80)

        let missed = values.filter { classes($0).isEmpty }

        #expect(missed == [])
    }

    @Test("no ordinary request of a shop, search, map, advertisement or API is taken for an attack")
    func visits() {
        let targets = AuthoredCases.values(AuthoredCases.visits)
        #expect(targets.count > 70)

        let alarms = targets.filter { !WebAttacksTests.attacks($0).isEmpty }

        #expect(alarms == [])
    }
}
