// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An image's packages as a CycloneDX 1.6 document.
///
/// Source: https://cyclonedx.org/docs/1.6/json/
package enum CycloneDX {
    /// A CycloneDX document of an image.
    ///
    /// `version` is Jaga's own, `0.1.0`; `time` in seconds since the epoch.
    package static func document(_ image: ImageInventory, version: String, at time: Int64)
        -> [UInt8]
    {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json")
            writer.member("bomFormat", "CycloneDX")
            writer.member("specVersion", "1.6")
            writer.member("serialNumber", "urn:uuid:" + DocumentName.uuid(image.id, time))
            writer.member("version", 1)
            writer.key("metadata")
            writer.object { metadata(&$0, image, version, time) }
            writer.key("components")
            writer.array { writer in
                if let release = image.release { system(&writer, release) }
                for (index, package) in image.packages.enumerated() {
                    component(&writer, package, index, image)
                }
            }
        }
        return writer.bytes
    }

    private static func metadata(
        _ writer: inout JSONWriter,
        _ image: ImageInventory,
        _ version: String,
        _ time: Int64
    ) {
        writer.member("timestamp", CalendarDay.moment(time))
        writer.key("tools")
        writer.object { writer in
            writer.key("components")
            writer.array { writer in
                writer.object { writer in
                    writer.member("type", "application")
                    writer.member("name", "jaga")
                    writer.member("version", version)
                }
            }
        }
        writer.key("component")
        writer.object { writer in
            writer.member("type", "container")
            writer.member("bom-ref", image.id)
            writer.member("name", image.title)
            writer.member("version", image.id)
        }
    }

    private static func system(_ writer: inout JSONWriter, _ release: SystemRelease) {
        writer.object { writer in
            writer.member("type", "operating-system")
            writer.member("bom-ref", "os:\(release.id)")
            writer.member("name", release.id)
            writer.member("version", release.version)
            writer.member("description", release.name)
        }
    }

    private static func component(
        _ writer: inout JSONWriter,
        _ package: InstalledPackage,
        _ index: Int,
        _ image: ImageInventory
    ) {
        let purl = package.purl(image.release)
        writer.object { writer in
            writer.member("type", "library")
            // One package may be in several places.
            writer.member("bom-ref", "\(purl)#\(index)")
            writer.member("name", package.name)
            writer.member("version", package.version)
            writer.member("purl", purl)
            writer.key("properties")
            writer.array { writer in
                property(&writer, "jaga:path", package.path)
                property(&writer, "jaga:source", package.sourceName)
                if let layer = package.layer, image.layers.indices.contains(layer) {
                    property(&writer, "jaga:layer", image.layers[layer])
                }
            }
        }
    }

    private static func property(_ writer: inout JSONWriter, _ name: String, _ value: String) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("value", value)
        }
    }
}

/// Names of documents, which must differ from all others.
enum DocumentName {
    /// Version 8 of UUIDs: made from the image and the time, so that the same
    /// document has the same name.
    ///
    /// Source: RFC 9562, §5.8.
    static func uuid(_ id: String, _ time: Int64) -> String {
        let high = PathHash.of("\(id) \(time)")
        let low = PathHash.of("\(time) \(id)")
        let digits =
            hex(high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000)
            + hex(low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
        let parts = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)]
        return parts.map { String(digits.dropFirst($0.0).prefix($0.1)) }.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
