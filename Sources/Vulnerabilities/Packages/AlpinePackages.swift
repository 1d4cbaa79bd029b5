// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Packages in apk's `lib/apk/db/installed`.
///
/// Source: Alpine wiki, "Apk spec", installed database: `P` name, `V` version,
/// `A` architecture, `o` origin; a blank line ends a package.
package enum AlpinePackages {
    package static func read(_ bytes: [UInt8]) -> [InstalledPackage] {
        let fields: Set<String> = ["P", "V", "A", "o"]
        return ControlFields.paragraphs(bytes, keeping: fields).compactMap { paragraph in
            guard let name = paragraph["P"], let version = paragraph["V"], !name.isEmpty,
                !version.isEmpty
            else { return nil }
            var package = InstalledPackage(.alpine, name, version)
            package.architecture = paragraph["A"] ?? ""
            if let origin = paragraph["o"], !origin.isEmpty { package.sourceName = origin }
            return package
        }
    }
}
