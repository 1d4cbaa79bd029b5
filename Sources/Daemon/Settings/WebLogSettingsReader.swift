// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import OSXML
import Patterns

/// Reads what `<jaga>` says of access lines.
///
/// ```xml
/// <jaga>
///   <trusted_proxies>10.0.0.0/8, 172.16.0.0/12</trusted_proxies>
///   <campaigns>auto</campaigns>
///   <whitelist>
///     <allow path="/search*" parameter="q" class="sqli" reason="our query language"/>
///     <allow source="192.0.2.0/28" reason="the scanner of the quarterly audit"/>
///   </whitelist>
/// </jaga>
/// ```
struct WebLogSettingsReader {
    private var reader: BlockReader
    private let file: String

    /// Elements of `<jaga>` that are read here.
    static let names = ["trusted_proxies", "campaigns", "whitelist"]
    private static let attributes = ["path", "parameter", "source", "class", "rule", "reason"]
    /// As many entries as one person still knows.
    private static let entryLimit = 256

    /// What the section says, added to `settings`; what is wrong with it is left out.
    static func read(
        _ section: XMLElement,
        file: String,
        into settings: inout WebLogSettings
    ) -> [Diagnostic] {
        var me = WebLogSettingsReader(reader: BlockReader(file: file), file: file)
        for child in section.children {
            switch child.name {
            case "trusted_proxies": me.readProxies(child, into: &settings)
            case "campaigns": me.readCampaigns(child, into: &settings)
            case "whitelist": me.readWhitelist(child, into: &settings)
            // Read elsewhere.
            default: break
            }
        }
        return me.reader.diagnostics
    }

    private mutating func readProxies(_ element: XMLElement, into settings: inout WebLogSettings) {
        for word in words(reader.text(element)) {
            do throws(PatternError) {
                // Who trusts everybody believes anybody.
                guard word.lowercased() != "any" else {
                    reader.error(
                        element,
                        code: "bad-value",
                        "<trusted_proxies> trusts any address",
                        hint: "name the networks of your own proxies"
                    )
                    continue
                }
                try settings.trustedProxies.append(Array(word.utf8))
                settings.trustsProxies = true
            } catch {
                complain(element, "<trusted_proxies> has \"\(word)\"")
            }
        }
    }

    private mutating func complain(_ element: XMLElement, _ what: String) {
        reader.error(
            element,
            code: "bad-value",
            "\(what), which is no address or network",
            hint: "write addresses or networks such as 10.0.0.0/8 or fd00::/8, parted by commas"
        )
    }

    private func words(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " || $0 == "\n" || $0 == "\t" }.map(String.init)
    }

    private mutating func readCampaigns(
        _ element: XMLElement,
        into settings: inout WebLogSettings
    ) {
        guard let value = WebLogSettings.Campaigns(rawValue: reader.text(element)) else {
            reader.error(
                element,
                code: "bad-value",
                "<campaigns> is \"\(reader.text(element))\"",
                hint: "write auto, yes or no"
            )
            return
        }
        settings.campaigns = value
    }

    // MARK: Whitelist

    private mutating func readWhitelist(
        _ element: XMLElement,
        into settings: inout WebLogSettings
    ) {
        for child in element.children {
            guard child.name == "allow" else {
                reader.unknown(child, in: "<whitelist>", known: ["allow"])
                continue
            }
            guard settings.allowances.count < Self.entryLimit else {
                reader.error(
                    child,
                    code: "too-many-entries",
                    "<whitelist> has more than \(Self.entryLimit) entries; this one is left out",
                    hint: "use patterns and networks"
                )
                return
            }
            if let allowance = allowance(child) { settings.allowances.append(allowance) }
        }
    }

    private mutating func allowance(_ element: XMLElement) -> WebAllowance? {
        var values: [String: String] = [:]
        for attribute in element.attributes {
            let value = String(decoding: attribute.value, as: UTF8.self).trimmingBlanks()
            guard Self.attributes.contains(attribute.name) else {
                refuse(element, "<allow> has the unknown attribute \(attribute.name)")
                return nil
            }
            guard !value.isEmpty else {
                refuse(element, "<allow> has an empty \(attribute.name)")
                return nil
            }
            values[attribute.name] = value
        }
        guard let reason = values["reason"] else {
            refuse(element, "<allow> has no reason")
            return nil
        }
        guard values.count > 1 else {
            refuse(element, "<allow> would allow everything")
            return nil
        }
        return allowance(element, reason, values)
    }

    private mutating func allowance(
        _ element: XMLElement,
        _ reason: String,
        _ values: [String: String]
    ) -> WebAllowance? {
        var allowance = WebAllowance(reason: reason, place: "\(file):\(element.position.line)")
        allowance.path = values["path"].map { Array($0.utf8) }
        allowance.parameter = values["parameter"].map { Array($0.utf8) }
        if let kind = values["class"] {
            guard WebLogSettings.attackClasses.contains(kind) else {
                reader.error(
                    element,
                    code: "bad-value",
                    "<allow> has the unknown class \(kind)",
                    hint: "known are \(WebLogSettings.attackClasses.joined(separator: ", "))"
                )
                return nil
            }
            allowance.kind = Array(kind.utf8)
        }
        if let text = values["rule"] {
            guard let id = Int(text), id > 0, id < 1_000_000 else {
                refuse(element, "<allow> has the rule \"\(text)\", which is no rule's id")
                return nil
            }
            allowance.rule = id
        }
        guard let text = values["source"] else { return allowance }
        var sources = AddressList()
        for word in words(text) {
            do throws(PatternError) {
                try sources.append(Array(word.utf8))
            } catch {
                complain(element, "<allow> has the source \"\(word)\"")
                return nil
            }
        }
        allowance.sources = sources
        return allowance
    }

    private mutating func refuse(_ element: XMLElement, _ message: String) {
        reader.error(
            element,
            code: "bad-whitelist",
            message,
            hint: "write <allow path=\"/search*\" parameter=\"q\" class=\"sqli\" reason=\"why\"/>; "
                + "also source and rule; the reason and one more are needed"
        )
    }
}
