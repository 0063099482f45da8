using System.Text.Json;

namespace Apex.Vpn.Protocol.Tests.Crypto;

/// <summary>The vectors under tests/data, copied beside the test assembly.</summary>
internal static class VectorFile
{
    internal static JsonElement Load(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", path)));
        return document.RootElement.Clone();
    }

    internal static byte[] Hex(this JsonElement element, string property) =>
        Convert.FromHexString(element.GetProperty(property).GetString()!);

    internal static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    internal static int Number(this JsonElement element, string property) => element.GetProperty(property).GetInt32();
}
