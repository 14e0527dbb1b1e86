using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WebhookBot.Tests.Peers;

/// <summary>
/// A real server on a free loopback port. A call that nobody registered is answered 501, written down, and makes
/// <see cref="Verify"/> throw.
/// </summary>
public sealed class FakePeer : IAsyncDisposable
{
    private readonly List<PeerRoute> _routes = [];
    private readonly List<Script> _scripts = [];
    private readonly ConcurrentQueue<PeerRequest> _requests = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private WebApplication? _app;
    private Lost? _lost;

    private FakePeer()
    {
    }

    /// <summary>Where it listens; ends with a slash.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<PeerRequest> Requests => [.. _requests];

    /// <summary>What was wrong with the calls so far.</summary>
    public IReadOnlyList<string> Problems => [.. _problems];

    public static async Task<FakePeer> StartAsync()
    {
        var peer = new FakePeer();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        peer._app = builder.Build();
        peer._app.Run(peer.HandleAsync);
        await peer._app.StartAsync();
        peer.Url = new Uri(peer._app.Urls.Single() + "/");
        return peer;
    }

    /// <summary>Registers a call. <c>{name}</c> in the path stands for one part.</summary>
    public void On(string method, string path, Func<PeerRequest, PeerAnswer> answer)
    {
        lock (_lock)
        {
            _routes.Add(new PeerRoute(method, path, answer));
        }
    }

    /// <summary>Answers the next calls in this way, before any registered route is asked.</summary>
    public void Next(PeerAnswer answer, int times = 1, Func<PeerRequest, bool>? when = null)
    {
        lock (_lock)
        {
            _scripts.Add(new Script(answer, when ?? (_ => true)) { Left = times });
        }
    }

    /// <summary>The next such call is carried out, and its answer never comes. Completes when it has been carried out.</summary>
    public Task LoseAnswer(Func<PeerRequest, bool> when)
    {
        var lost = new Lost(when);
        _lost = lost;
        return lost.Done.Task;
    }

    /// <summary>Completes when this peer or one of the others is left hanging with a request.</summary>
    public Task AnyRequestAsync(params FakePeer[] others) => Task.WhenAny([_hanging.Task, .. others.Select(o => o._hanging.Task)]);

    /// <summary>Writes down that something was wrong with a call.</summary>
    public void Complain(string problem) => _problems.Enqueue(problem);

    /// <summary>Throws when any call was not expected or wrong.</summary>
    public void Verify()
    {
        if (!_problems.IsEmpty)
        {
            throw new InvalidOperationException($"The peer at {Url} got wrong calls:\n" + string.Join("\n", _problems));
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app!.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var request = await ReadAsync(http.Request);
        _requests.Enqueue(request);
        var answer = AnswerTo(request);
        if (_lost is { } lost && lost.When(request) && Interlocked.CompareExchange(ref _lost, null, lost) == lost)
        {
            answer = PeerAnswer.Hanging;
            lost.Done.TrySetResult();
        }

        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        http.Response.StatusCode = answer.Status;
        await SendAsync(http, answer);
    }

    private PeerAnswer AnswerTo(PeerRequest request)
    {
        lock (_lock)
        {
            if (_scripts.Find(s => s.Left > 0 && s.When(request)) is { } script)
            {
                script.Left--;
                return script.Answer;
            }

            foreach (var route in _routes)
            {
                if (route.Match(request) is { } values)
                {
                    return AnswerBy(route, request with { Route = values });
                }
            }
        }

        Complain($"nobody registered {request}");
        return new PeerAnswer(501);
    }

    private PeerAnswer AnswerBy(PeerRoute route, PeerRequest request)
    {
        try
        {
            return route.Answer(request);
        }
        catch (Exception e)
        {
            Complain($"{request} was not understood: {e.Message}");
            return new PeerAnswer(500);
        }
    }

    private async Task SendAsync(HttpContext http, PeerAnswer answer)
    {
        switch (answer.Failure)
        {
            case PeerAnswer.Fault.Hang:
                _hanging.TrySetResult();
                var ended = new TaskCompletionSource();
                await using (http.RequestAborted.Register(ended.SetResult))
                {
                    await ended.Task;
                }

                break;
            case PeerAnswer.Fault.Drop:
                http.Abort();
                break;
            case PeerAnswer.Fault.Truncate:
                http.Response.ContentType = answer.ContentType;
                http.Response.ContentLength = answer.Body.Length + 100;
                await http.Response.WriteAsync(answer.Body);
                await http.Response.Body.FlushAsync();

                // Not Abort, which resets the connection and may take the beginning back; Kestrel closes it because bytes are missing.
                break;
            default:
                await SendBodyAsync(http.Response, answer);
                break;
        }
    }

    private static async Task SendBodyAsync(HttpResponse response, PeerAnswer answer)
    {
        if (answer.Status is not (204 or 304))
        {
            response.ContentType = answer.ContentType;
            await response.WriteAsync(answer.Body);
        }
    }

    private static async Task<PeerRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();

        // The raw path, because only there %2F in a label's name can be told from a slash.
        var path = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        return new PeerRequest(
            request.Method,
            path,
            request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body);
    }

    private sealed class Script(PeerAnswer answer, Func<PeerRequest, bool> when)
    {
        public PeerAnswer Answer { get; } = answer;

        public Func<PeerRequest, bool> When { get; } = when;

        public int Left { get; set; }
    }

    private sealed record Lost(Func<PeerRequest, bool> When)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record PeerRoute(string Method, string Path, Func<PeerRequest, PeerAnswer> Answer)
    {
        public Dictionary<string, string>? Match(PeerRequest request)
        {
            var expected = Path.Trim('/').Split('/');
            var actual = request.Path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
            if (request.Method != Method || expected.Length != actual.Length)
            {
                return null;
            }

            var values = new Dictionary<string, string>();
            foreach (var (part, given) in expected.Zip(actual))
            {
                if (part.StartsWith('{'))
                {
                    values[part.Trim('{', '}')] = given;
                }
                else if (part != given)
                {
                    return null;
                }
            }

            return values;
        }
    }
}
