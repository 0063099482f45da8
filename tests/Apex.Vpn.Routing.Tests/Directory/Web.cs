using System.Net;
using System.Net.Http.Headers;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>A web server in memory: files by path, each with a tag, and whatever else a server may do.</summary>
internal sealed class Web : HttpMessageHandler
{
    internal static readonly Uri Base = new("https://directory.example/v1/");

    private readonly Dictionary<string, (byte[] Content, string? Tag)> _files = [];

    internal List<string> Requests { get; } = [];

    /// <summary>Answers instead of the files, until it is null.</summary>
    internal Func<CancellationToken, Task<HttpResponseMessage>>? Instead { get; set; }

    internal void Put(string name, byte[] content, string? tag = null) => _files[name] = (content, tag);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string name = Base.MakeRelativeUri(request.RequestUri!).ToString(), held = request.Headers.IfNoneMatch.ToString();
        Requests.Add(held.Length == 0 ? name : $"{name} unless {held}");
        if (Instead is { } instead) return instead(cancellationToken);
        if (!_files.TryGetValue(name, out (byte[] Content, string? Tag) file))
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        if (file.Tag is not null && held == file.Tag) return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotModified));
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(file.Content) };
        if (file.Tag is not null) response.Headers.ETag = EntityTagHeaderValue.Parse(file.Tag);
        return Task.FromResult(response);
    }
}
