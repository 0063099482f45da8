using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Apex.Vpn.Routing.Directory;

/// <summary>
/// Fetches one file over HTTP, unless it is the one that is held already. Whatever comes back is an answer, nothing an exception.
/// </summary>
internal sealed class FileFetcher(DirectoryClientOptions options)
{
    private const int ReadSize = 16 << 10;

    /// <summary>Fetches a file.</summary>
    /// <param name="path">Its path below the base address.</param>
    /// <param name="tag">The tag of the one that is held; null when there is none.</param>
    /// <param name="maxSize">More bytes are not read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<Answer> FetchAsync(string path, string? tag, int maxSize, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.BaseAddress, path));
        bool isConditional = EntityTagHeaderValue.TryParse(tag, out EntityTagHeaderValue? held);
        if (isConditional) request.Headers.IfNoneMatch.Add(held!);
        using var limit = new CancellationTokenSource(options.Timeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await options.Http.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotModified && isConditional) return new Answer(DirectoryVerdict.Unchanged);
            if (response.StatusCode != HttpStatusCode.OK) return new Answer(DirectoryVerdict.UnexpectedAnswer);
            byte[]? content = await ReadAsync(response.Content, maxSize, either.Token).ConfigureAwait(false);
            if (content is null) return new Answer(DirectoryVerdict.TooLarge);
            return new Answer(DirectoryVerdict.Accepted, content, response.Headers.ETag?.ToString());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new Answer(DirectoryVerdict.Unreachable);
        }
        catch (InvalidDataException)
        {
            return new Answer(DirectoryVerdict.UnexpectedAnswer); // what a handler that decompresses says of rubbish
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, int maxSize, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxSize) return null;
        var bytes = new ArrayBufferWriter<byte>();
        Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (await stream.ReadAsync(bytes.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false) is > 0 and int read)
            {
                bytes.Advance(read);
                if (bytes.WrittenCount > maxSize) return null;
            }
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What came back.</summary>
    /// <param name="Verdict"><see cref="DirectoryVerdict.Accepted"/> when there is a file, otherwise why there is none.</param>
    /// <param name="Content">The file.</param>
    /// <param name="Tag">By which the server knows it.</param>
    internal readonly record struct Answer(DirectoryVerdict Verdict, byte[]? Content = null, string? Tag = null);
}
