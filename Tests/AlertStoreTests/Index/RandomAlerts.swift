// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import JagaTesting

/// Alerts of all shapes, from few words, so that queries find some of them.
struct RandomAlerts {
    var numbers: SeededGenerator
    private var milliseconds: Int64 = 1_795_435_200_000
    private var offset = 0

    static let words = [
        "failed", "password", "for", "root", "from", "GET", "union", "select", "naïve", "x1", "10",
    ]
    static let fields = [
        "rule.level", "rule.id", "rule.groups", "rule.description", "data.srcip", "data.url",
        "data.container.name", "data.container.labels.com.docker.x", "full_log",
        "previous_output", "location", "data.odd", "id", "timestamp", "missing",
    ]

    init(seed: UInt64) {
        numbers = SeededGenerator(seed: seed)
    }

    /// The next alert's line, without its end.
    mutating func line() -> String {
        milliseconds += Int64(numbers.next() % 3000) - (numbers.once(in: 9) ? 2000 : 0)
        offset += 100
        var time: [UInt8] = []
        Timestamp(nanoseconds: milliseconds * 1_000_000).appendISO8601(to: &time)
        var members = [
            #""timestamp":"\#(String(decoding: time, as: UTF8.self))""#,
            #""rule":{"level":\#(numbers.next() % 16),"description":"\#(text(4))","id":"\#(5700 + numbers.next() % 9)","groups":[\#(groups())]}"#,
            #""id":"\#(milliseconds / 1000).\#(offset)""#,
        ]
        if !numbers.once(in: 4) { members.append(#""full_log":"\#(text(9))""#) }
        if numbers.once(in: 5) { members.append(#""previous_output":"\#(text(12))""#) }
        if !numbers.once(in: 3) { members.append(#""data":{\#(data())}"#) }
        members.append(#""location":"\#(numbers.one(of: ["/var/log/auth.log", "docker:web"]))""#)
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func groups() -> String {
        ["web", "sshd", "web"].prefix(Int(numbers.next() % 4)).map { "\"\($0)\"" }
            .joined(separator: ",")
    }

    private mutating func data() -> String {
        var members: [String] = []
        if !numbers.once(in: 3) { members.append(#""srcip":"\#(address())""#) }
        if numbers.once(in: 2) {
            members.append(
                #""url":"/\#(numbers.one(of: Self.words))?id=\#(numbers.next() % 99)\u00e9\/""#
            )
        }
        if numbers.once(in: 2) {
            members.append(
                #""container":{"name":"web-\#(numbers.next() % 5)","labels":{"com.docker.x":"\#(text(2))"}}"#
            )
        }
        if numbers.once(in: 4) {
            members.append(
                #""odd":\#(numbers.one(of: ["null", "true", "-1.5e2", "[]", "[1,[2,\"a\"],{\"b\":3}]", "\"\"", "7", "\"7\"", "{}"]))"#
            )
        }
        return members.joined(separator: ",")
    }

    private mutating func address() -> String {
        numbers.once(in: 6)
            ? "2001:db8::\(numbers.next() % 4)" : "10.\(numbers.next() % 2).0.\(numbers.next() % 6)"
    }

    private mutating func text(_ most: UInt64) -> String {
        (0...numbers.next() % most).map { _ in
            numbers.one(of: Self.words) + numbers.one(of: [" ", ", ", "\\n", "\\\"", "-"])
        }.joined()
    }
}

/// Filters of all shapes over such alerts.
struct RandomFilters {
    var numbers: SeededGenerator

    init(seed: UInt64) {
        numbers = SeededGenerator(seed: seed)
    }

    mutating func filter(depth: Int = 0) -> AlertFilter {
        switch numbers.next() % (depth > 2 ? 3 : 6) {
        case 0: return .text(phrase())
        case 1, 2: return .field(field(), test())
        case 3: return .and((0..<numbers.next() % 3).map { _ in filter(depth: depth + 1) })
        case 4: return .or((0..<numbers.next() % 4).map { _ in filter(depth: depth + 1) })
        default: return .not(filter(depth: depth + 1))
        }
    }

    private mutating func field() -> String {
        numbers.once(in: 6)
            ? numbers.one(of: ["data.*", "*", "rule.*", "*log", "*.name", "*i*"])
            : numbers.one(of: RandomAlerts.fields)
    }

    private mutating func phrase() -> TextPhrase {
        let words = (0...numbers.next() % 3).map { _ in
            numbers.one(of: RandomAlerts.words + ["web", "e", "auth", "pass"]).lowercased()
        }
        return TextPhrase(words: words, isPrefix: numbers.once(in: 3))
    }

    private mutating func test() -> ValueTest {
        switch numbers.next() % 7 {
        case 0: .exists
        case 1:
            .equals(
                numbers.one(of: ["7", "WEB", "sshd", "10.0.0.1", "web-1", "root ", "", "a", "5701"])
            )
        case 2:
            .wildcard(numbers.one(of: ["*", "web*", "*union*", "/*id=1*", "1*0*", "2026-11-23*"]))
        case 3: .phrase(phrase())
        case 4:
            .address(numbers.one(of: ["10.0.0.0/16", "2001:db8::/32", "10.1.0.3/32", "0.0.0.0/0"]))
        default:
            .number(
                numbers.one(of: [.less, .atMost, .more, .atLeast]),
                numbers.one(of: [-150, 0, 3, 7, 12, 5703, 1_795_435_300_000])
            )
        }
    }
}
