// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An attack found in a request: what it is, where it stands, and what convinced.
package struct WebAttack: Sendable, Hashable {
    /// Kinds of attacks; the raw value is what alerts show and rules match.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case sqlInjection = "sqli"
        case crossSiteScripting = "xss"
        case localFile = "lfi"
        case remoteFile = "rfi"
        case requestForgery = "ssrf"
        case command = "rce"
        case shellshock
        case code
        case template = "ssti"
        case log4Shell = "log4shell"
        case externalEntity = "xxe"
        case serverSideInclude = "ssi"
        case documentQuery = "nosqli"
        case directoryQuery = "ldap"
        case pathQuery = "xpath"
        case headerInjection = "crlf"
        case sessionFixation = "session-fixation"
        case scanner
        case probe
    }

    /// The part of the request that carries the attack.
    package enum Place: Sendable, Hashable {
        case path
        /// A parameter's value, by the parameter's name as it was decoded.
        case parameter([UInt8])
        /// A parameter's name itself.
        case parameterName
        case userAgent
        case referrer
    }

    package let kind: Kind
    /// How sure it is, from 0 to 100; what is below ``threshold`` isn't reported.
    package let score: Int
    package let place: Place
    /// The value after the decoding round that showed the attack.
    package let decoded: [UInt8]
    /// The piece of ``decoded`` that convinced.
    package let evidence: Range<Int>
    /// Rounds of decoding that led to ``decoded``, 0 for a value as it was sent.
    package let rounds: Int
    /// Why, in words for people: "a quote closes the text, then a condition".
    package let reason: String

    /// Score from which on a finding is reported.
    package static let threshold = 50
}

extension WebAttack.Place {
    /// The place's name as alerts show it: "path", "id", "User-Agent".
    package var name: [UInt8] {
        switch self {
        case .path: Array("path".utf8)
        case .parameter(let name): name
        case .parameterName: Array("name of a parameter".utf8)
        case .userAgent: Array("User-Agent".utf8)
        case .referrer: Array("Referer".utf8)
        }
    }
}
