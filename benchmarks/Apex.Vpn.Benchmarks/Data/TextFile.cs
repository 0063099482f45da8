using System.IO.Compression;

namespace Apex.Vpn.Benchmarks.Data;

/// <summary>Lines of a text file, plain or gzip, whichever it is by its first bytes.</summary>
internal static class TextFile
{
    /// <exception cref="DataFileException">It cannot be read.</exception>
    internal static string[] ReadLines(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using var reader = new StreamReader(compressed ? new GZipStream(file, CompressionMode.Decompress) : file);
            var lines = new List<string>();
            while (reader.ReadLine() is { } line) lines.Add(line);
            return [.. lines];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw new DataFileException(path, exception.Message);
        }
    }
}
