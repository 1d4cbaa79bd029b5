// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import Ruleset

/// Rules and decoders of the ruleset in use.
struct RuleRoutes {
    private static let rules = Exchange.base + "/rules"
    private static let decoders = Exchange.base + "/decoders"
    private static let ruleMembers = "id level description groups mitre file line firedtimes"

    let context: ServerContext

    var routes: [Route] { [ruleList, oneRule, decoderList, oneDecoder] }

    private static let paging = [
        Route.Parameter("limit", "From 1 to 1000; usually 100.", .integer),
        Route.Parameter("offset", "How many to pass over.", .integer),
    ]

    // MARK: Rules

    private var ruleList: Route {
        let description = Route.Description(
            "Rules, by id.",
            .role(.viewer),
            [
                Route.Parameter("q", "Words that stand in a rule's texts, or its id."),
                Route.Parameter("group", "A group that it has."),
                Route.Parameter("level", "Its level, or a range: 7, 7-16."),
                Route.Parameter("file", "The end of its file's path."),
            ] + Self.paging,
            .json("total rules")
        )
        return Route(.get, Self.rules, description) { exchange in
            let view = context.services.ruleset()
            let search = try RuleSearch(exchange.parameters)
            let (offset, limit) = try Self.page(exchange)
            let found = view.ruleset.rules.filter(search.matches).sorted { $0.id < $1.id }
            let fired = view.firedTimes()
            return .json(
                .object { json in
                    json.set("total", found.count)
                    json.array("rules", found.dropFirst(offset).prefix(limit)) { json, rule in
                        json.appendObject { $0.set(rule, firedTimes: fired[rule.id] ?? 0) }
                    }
                }
            )
        }
    }

    private var oneRule: Route {
        let description = Route.Description(
            "A rule with its XML and its place in the tree.",
            .role(.viewer),
            [],
            .json(Self.ruleMembers + " xml parents children")
        )
        return Route(.get, Self.rules + "/{id}", description) { exchange in
            let view = context.services.ruleset()
            let id = exchange.segment("id")
            guard let index = view.ruleset.rules.firstIndex(where: { String($0.id) == id }) else {
                throw Problem.notFound("there is no rule \(id.prefix(32))")
            }
            let rule = view.ruleset.rules[index]
            let xml = try await xml("rule", [rule.location], view)
            let family = RuleFamily(of: index, in: view.ruleset)
            return .json(
                .object { json in
                    json.set(rule, firedTimes: view.firedTimes()[rule.id] ?? 0)
                    json.set("xml", xml.first ?? nil)
                    json.set("parents", family.parents.map(String.init))
                    json.set("children", family.children.map(String.init))
                }
            )
        }
    }

    // MARK: Decoders

    private var decoderList: Route {
        let description = Route.Description(
            "Decoders, in the order they were loaded.",
            .role(.viewer),
            [Route.Parameter("q", "A part of the name or of the parent's.")] + Self.paging,
            .json("total decoders")
        )
        return Route(.get, Self.decoders, description) { exchange in
            let word = exchange.parameters.text("q")?.lowercased()
            let (offset, limit) = try Self.page(exchange)
            let found = context.services.ruleset().ruleset.decoders.filter { decoder in
                guard let word else { return true }
                return decoder.name.lowercased().contains(word)
                    || (decoder.parentName ?? "").lowercased().contains(word)
            }
            return .json(
                .object { json in
                    json.set("total", found.count)
                    json.array("decoders", found.dropFirst(offset).prefix(limit)) { json, decoder in
                        json.appendObject { $0.set(decoder) }
                    }
                }
            )
        }
    }

    private var oneDecoder: Route {
        let description = Route.Description(
            "All decoders of a name with their XML.",
            .role(.viewer),
            [],
            .json("name decoders")
        )
        return Route(.get, Self.decoders + "/{name}", description) { exchange in
            let view = context.services.ruleset()
            let name = exchange.segment("name")
            let found = view.ruleset.decoders.filter { $0.name == name }
            guard !found.isEmpty else {
                throw Problem.notFound("there is no decoder \(name.prefix(64))")
            }
            let texts = try await xml("decoder", found.map(\.location), view)
            return .json(
                .object { json in
                    json.set("name", name)
                    json.array("decoders", zip(found, texts)) { json, pair in
                        json.appendObject { json in
                            json.set(pair.0)
                            json.set("xml", pair.1)
                        }
                    }
                }
            )
        }
    }

    // MARK: Parts

    private static func page(_ exchange: Exchange) throws(Problem) -> (offset: Int, limit: Int) {
        (
            try exchange.parameters.integer("offset", 0...1_000_000, usually: 0),
            try exchange.parameters.integer("limit", 1...1000, usually: 100)
        )
    }

    /// Elements out of their files; each file is read once.
    private func xml(
        _ element: String,
        _ places: [SourceLocation],
        _ view: RulesetView
    ) async throws -> [String?] {
        try await context.work.run {
            var contents: [String: [UInt8]] = [:]
            return places.map { place in
                let bytes = contents[place.file] ?? view.contents(place.file) ?? []
                contents[place.file] = bytes
                return ElementText.cut(element, at: place, from: bytes)
            }
        }
    }
}

extension JSONText {
    /// The members of a rule.
    fileprivate mutating func set(_ rule: Rule, firedTimes: Int) {
        set("id", String(rule.id))
        set("level", rule.level)
        set("description", rule.description.raw)
        set("groups", rule.metadata.groups)
        object("mitre") { json in
            json.set("ids", rule.metadata.mitre?.ids ?? [])
            json.set("tactics", rule.metadata.mitre?.tactics ?? [])
            json.set("techniques", rule.metadata.mitre?.techniques ?? [])
        }
        set("file", rule.location.file)
        set("line", rule.location.line)
        set("firedtimes", firedTimes)
    }

    /// The members of a decoder.
    fileprivate mutating func set(_ decoder: LogDecoder) {
        set("name", decoder.name)
        set("parent", decoder.parentName)
        set("file", decoder.location.file)
        set("line", decoder.location.line)
    }
}
