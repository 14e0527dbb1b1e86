using Microsoft.AspNetCore.Connections;
using WebhookBot.Telemetry;

namespace WebhookBot.Intake;

/// <summary>
/// The connections that are held, of which there may be so many. When there are, one more takes the place of the one on which nothing has been asked for
/// longest, so that whoever opens connections and is silent keeps out neither senders nor those who ask after the bot's health. On which a
/// request is under way is never cut; when all are busy, the new one is turned away.
/// </summary>
internal sealed partial class OpenConnections(int most, TimeProvider clock, ILogger<OpenConnections> logger)
{
    // A sender that has just had its answer sends the next right away, and would take the cut for a failure.
    private static readonly TimeSpan LeastIdle = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Connection> _idle = new();
    private int _count;
    private int _cut;
    private int _turnedAway;
    private long? _toldAt;

    /// <summary>How many are held.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>On how many of them a request is under way.</summary>
    public int Busy
    {
        get
        {
            lock (_gate)
            {
                return _count - _idle.Count;
            }
        }
    }

    /// <summary>Serves a connection if there is a place for it.</summary>
    public async Task HoldAsync(ConnectionContext context, ConnectionDelegate serve)
    {
        var (connection, idle) = Take(context);
        idle?.Abort(new ConnectionAbortedException("Others wanted its place."));
        if (connection is null)
        {
            await context.DisposeAsync();
            return;
        }

        try
        {
            context.Features.Set(connection);
            await serve(context);
        }
        finally
        {
            Leave(connection);
        }
    }

    /// <summary>Notes that the request's connection is busy until it is answered.</summary>
    public Task ServeAsync(HttpContext http, RequestDelegate next) =>
        http.Features.Get<Connection>() is { } connection ? ServeAsync(http, next, connection) : next(http);

    private async Task ServeAsync(HttpContext http, RequestDelegate next, Connection connection)
    {
        Begin(connection);
        try
        {
            await next(http);
        }
        finally
        {
            End(connection);
        }
    }

    private (Connection? Taken, ConnectionContext? Idle) Take(ConnectionContext context)
    {
        lock (_gate)
        {
            Connection? idle = null;
            if (_count >= most)
            {
                idle = _idle.First?.Value is { } longest && clock.GetElapsedTime(longest.IdleSince) >= LeastIdle ? longest : null;
                Tell(isCut: idle is not null);
                if (idle is null)
                {
                    return (null, null);
                }

                Remove(idle);
            }

            var connection = new Connection(context) { IdleSince = clock.GetTimestamp() };
            _idle.AddLast(connection.Place);
            _count++;
            return (connection, idle?.Context);
        }
    }

    private void Begin(Connection connection)
    {
        lock (_gate)
        {
            if (connection.Requests++ == 0 && connection.Place.List is not null)
            {
                _idle.Remove(connection.Place);
            }
        }
    }

    private void End(Connection connection)
    {
        lock (_gate)
        {
            if (--connection.Requests == 0 && connection.IsCounted)
            {
                connection.IdleSince = clock.GetTimestamp();
                _idle.AddLast(connection.Place);
            }
        }
    }

    private void Leave(Connection connection)
    {
        lock (_gate)
        {
            Remove(connection);
        }
    }

    // One that is cut gives its place up at once, and ends a little later.
    private void Remove(Connection connection)
    {
        if (connection.IsCounted)
        {
            connection.IsCounted = false;
            _count--;
        }

        if (connection.Place.List is not null)
        {
            _idle.Remove(connection.Place);
        }
    }

    private void Tell(bool isCut)
    {
        (_cut, _turnedAway) = isCut ? (_cut + 1, _turnedAway) : (_cut, _turnedAway + 1);
        BotMetrics.ConnectionEnded(isCut ? "idle" : "turned_away");
        if (_toldAt is not { } told || clock.GetElapsedTime(told) >= BetweenLines)
        {
            LogFull(most, _cut, _turnedAway);
            (_cut, _turnedAway, _toldAt) = (0, 0, clock.GetTimestamp());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "All {Most} connections are taken: since the last line {Cut} on which nothing was asked were cut for others, {TurnedAway} were turned away")]
    private partial void LogFull(int most, int cut, int turnedAway);

    private sealed class Connection
    {
        public Connection(ConnectionContext context)
        {
            Context = context;
            Place = new LinkedListNode<Connection>(this);
        }

        public ConnectionContext Context { get; }

        /// <summary>Its place among those that are idle; in no list while a request is under way.</summary>
        public LinkedListNode<Connection> Place { get; }

        public long IdleSince { get; set; }

        public int Requests { get; set; }

        public bool IsCounted { get; set; } = true;
    }
}
