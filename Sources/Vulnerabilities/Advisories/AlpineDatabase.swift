// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Alpine's security database: which version of a package mends which CVEs.
///
/// ```
/// {"distroversion": "v3.20", "packages": [{"pkg": {"name": "curl",
///   "secfixes": {"8.9.0-r0": ["CVE-2024-6197"], "0": ["CVE-…"]}}}]}
/// ```
/// A version `0` names what never was a problem. Source: https://secdb.alpinelinux.org
enum AlpineDatabase {
    /// - Returns: How many packages it has.
    static func read(_ node: JSONNode, into compiler: inout AdvisoryCompiler) -> Int {
        guard let release = node["distroversion"]?.text else { return 0 }
        // `edge` or `v3.20`
        let ecosystem = "Alpine:" + release
        let packages = node["packages"]?.elements ?? []
        for package in packages {
            guard let name = package["pkg"]?["name"]?.text else { continue }
            let fixes = package["pkg"]?["secfixes"]?.members ?? [:]
            for (version, names) in fixes.sorted(by: { $0.key < $1.key }) where version != "0" {
                let versions = AffectedVersions(ranges: [[.introduced("0"), .fixed(version)]])
                // Several names of one problem stand in one string.
                for text in names.texts {
                    let ids = text.split(separator: " ").map(String.init)
                    guard let id = ids.first(where: { $0.hasPrefix("CVE-") }) ?? ids.first else {
                        continue
                    }
                    var advisory = Advisory(id: id, source: "Alpine")
                    advisory.cves = ids.filter { $0.hasPrefix("CVE-") }
                    advisory.reference = "https://security.alpinelinux.org/vuln/" + id
                    compiler.affect(ecosystem, name, versions, by: compiler.add(advisory))
                }
            }
        }
        return packages.count
    }
}
