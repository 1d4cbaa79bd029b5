// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An image's packages as an SPDX 2.3 document.
///
/// Source: https://spdx.github.io/spdx-spec/v2.3/
package enum SPDX {
    /// An SPDX document of an image.
    ///
    /// `version` is Jaga's own, `0.1.0`; `time` in seconds since the epoch.
    package static func document(_ image: ImageInventory, version: String, at time: Int64)
        -> [UInt8]
    {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("spdxVersion", "SPDX-2.3")
            writer.member("dataLicense", "CC0-1.0")
            writer.member("SPDXID", "SPDXRef-DOCUMENT")
            writer.member("name", image.title)
            writer.member(
                "documentNamespace",
                "https://jaga.invalid/spdx/" + DocumentName.uuid(image.id, time)
            )
            writer.key("creationInfo")
            writer.object { writer in
                writer.member("created", CalendarDay.moment(time))
                writer.member("creators", texts: ["Tool: jaga-" + version])
            }
            writer.key("packages")
            writer.array { writer in
                package(&writer, "SPDXRef-image", image.title, image.id, purl: nil)
                for (index, entry) in image.packages.enumerated() {
                    package(
                        &writer,
                        "SPDXRef-package-\(index)",
                        entry.name,
                        entry.version,
                        purl: entry.purl(image.release)
                    )
                }
            }
            writer.key("relationships")
            writer.array { writer in
                relationship(&writer, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image")
                for index in image.packages.indices {
                    relationship(&writer, "SPDXRef-image", "CONTAINS", "SPDXRef-package-\(index)")
                }
            }
        }
        return writer.bytes
    }

    private static func package(
        _ writer: inout JSONWriter,
        _ id: String,
        _ name: String,
        _ version: String,
        purl: String?
    ) {
        writer.object { writer in
            writer.member("SPDXID", id)
            writer.member("name", name)
            writer.member("versionInfo", version)
            writer.member("downloadLocation", "NOASSERTION")
            writer.member("filesAnalyzed", false)
            guard let purl else { return }
            writer.key("externalRefs")
            writer.array { writer in
                writer.object { writer in
                    writer.member("referenceCategory", "PACKAGE-MANAGER")
                    writer.member("referenceType", "purl")
                    writer.member("referenceLocator", purl)
                }
            }
        }
    }

    private static func relationship(
        _ writer: inout JSONWriter,
        _ from: String,
        _ type: String,
        _ to: String
    ) {
        writer.object { writer in
            writer.member("spdxElementId", from)
            writer.member("relationshipType", type)
            writer.member("relatedSpdxElement", to)
        }
    }
}
