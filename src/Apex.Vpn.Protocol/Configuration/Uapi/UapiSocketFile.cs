using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Apex.Vpn.Protocol.Configuration;

/// <summary>Makes the Unix socket that configuration programs look for.</summary>
internal static partial class UapiSocketFile
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FileExists = 17; // EEXIST on every Unix
    private const int Backlog = 128;

    /// <summary>Makes a listening socket at a path that only its owner may connect to.</summary>
    /// <param name="path">Where; a socket that nobody answers on is replaced.</param>
    /// <exception cref="IOException">Another process answers there, something else stands there, or the socket cannot be made.</exception>
    internal static Socket Listen(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            return OperatingSystem.IsWindows() ? ListenAt(path) : ListenAside(folder, path);
        }
        catch (Exception failure) when (failure is SocketException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"The socket {path} cannot be made: {failure.Message}", failure);
        }
    }

    private static Socket ListenAt(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, SocketMode); // before anyone can connect, since nobody listens yet
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes the socket under another name and gives it its own once it is whole.</summary>
    /// <remarks>
    /// A socket that is bound but does not listen yet refuses connections, and configuration programs delete a socket that does. A link,
    /// unlike a rename, replaces nothing: of two processes that start at once one gets the name.
    /// </remarks>
    private static Socket ListenAside(string folder, string path)
    {
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, FolderMode);
        string aside = Path.Combine(folder, "." + Path.GetRandomFileName());
        Socket socket = ListenAt(aside);
        try
        {
            Publish(aside, path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static void Publish(string aside, string path)
    {
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (Link(aside, path) == 0) return;
            int error = Marshal.GetLastPInvokeError();
            if (error != FileExists) throw new IOException($"The socket {path} cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
            if (IsAnswered(path)) throw new IOException($"Another process answers on {path}.");
            // A socket has no content; a file that has was not left behind by a process like us.
            if (Directory.Exists(path) || new FileInfo(path) is { Exists: true, Length: > 0 })
            {
                throw new IOException($"{path} is there and is no socket.");
            }
            File.Delete(path); // two that find the same stale socket may both come here; the interface's name keeps them apart then
        }
        throw new IOException($"Another process is making {path} too.");
    }

    private static bool IsAnswered(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException failure)
        {
            // Anything but a refusal (a full queue, no right to connect) comes from somebody who is there.
            return failure.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable) && File.Exists(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);
}
