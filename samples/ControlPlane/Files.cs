using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Samples.ControlPlane;

/// <summary>Reads and writes the files of the commands, with errors that name them.</summary>
internal static class Files
{
    internal static byte[] Read(FileInfo file, int maxSize)
    {
        if (!file.Exists) throw new CommandException($"{file}: there is no such file.");
        if (file.Length > maxSize) throw new CommandException($"{file}: {file.Length} bytes; at most {maxSize} make sense here.");
        return File.ReadAllBytes(file.FullName);
    }

    /// <summary>Replaces a file as a whole.</summary>
    internal static void Write(FileInfo file, ReadOnlySpan<byte> content)
    {
        string beside = file.FullName + ".new";
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        File.Move(beside, file.FullName, overwrite: true);
    }

    internal static SigningKey ReadKey(FileInfo file)
    {
        if (!file.Exists) throw new CommandException($"{file}: there is no such file.");
        try
        {
            return SigningKeyFile.Load(file.FullName);
        }
        catch (FormatException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    internal static void CreateKey(FileInfo file, SigningKey key)
    {
        if (file.Exists) throw new CommandException($"{file}: is there already; keys are not overwritten.");
        SigningKeyFile.Create(file.FullName, key);
    }

    internal static OnlineKeyCertificate ReadCertificate(FileInfo file)
    {
        byte[] bytes = Read(file, ServerListReader.MaxSize);
        DirectoryVerdict verdict = OnlineKeyCertificate.ReadUnverified(bytes, out OnlineKeyCertificate? certificate);
        return certificate ?? throw new CommandException($"{file}: no certificate: {Words.Of(verdict)}.");
    }
}
