// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@Suite("Numbers and parts of batches")
struct BatchSequenceTests {
    private static let source = EventSource(
        agent: AgentIdentity(id: "000", name: ""),
        location: "x"
    )

    @Test("a part of a batch has its events with their numbers")
    func part() {
        var batch = EventBatch()
        for text in ["a", "bb", "ccc"] {
            batch.append(Array(text.utf8), from: Self.source, at: Timestamp(nanoseconds: 1))
        }
        #expect(batch.sequence(of: 2) == 0)
        batch.firstSequence = 10

        let part = batch.events(1..<3)
        #expect(part.bytes == Array("bbccc".utf8))
        #expect(part.entries.map(\.text) == [0..<2, 2..<5])
        #expect(part.sequence(of: 0) == 11)
        #expect(part.sources.count == 1)
    }

    @Test("alerts are added to others without the first ones, each with its texts")
    func alerts() {
        var all = AlertBatch()
        all.append(Self.alerts("x"), dropping: 0)
        all.append(Self.alerts("a", "b", "c"), dropping: 1)
        all.append(Self.alerts("z"), dropping: 1)

        #expect(String(decoding: all.bytes, as: UTF8.self) == "{x}\n{b}\n{c}\n")
        #expect(
            all.entries.map { String(decoding: all.bytes[$0.json], as: UTF8.self) } == [
                "{x}", "{b}", "{c}",
            ]
        )
        #expect(
            all.entries.map { String(decoding: all.text[$0.description], as: UTF8.self) } == [
                "x", "b", "c",
            ]
        )
    }

    private static func alerts(_ names: String...) -> AlertBatch {
        var batch = AlertBatch()
        for name in names {
            let (start, text) = (batch.bytes.count, batch.text.count)
            batch.bytes += Array("{\(name)}\n".utf8)
            batch.text += Array(name.utf8)
            batch.entries.append(
                AlertBatch.Entry(
                    json: start..<batch.bytes.count - 1,
                    description: text..<batch.text.count,
                    sourceAddress: text..<text,
                    ruleID: 1,
                    level: 3,
                    time: Timestamp(nanoseconds: 1),
                    originNanoseconds: 0,
                    source: source
                )
            )
        }
        return batch
    }
}
