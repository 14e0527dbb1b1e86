using System.Diagnostics;
using WebhookBot.Benchmarks.Intake;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>
/// Sends what is due over a connection that waits for nothing, or a new one. What is due when there may be no more is not sent, and counted.
/// </summary>
internal sealed class OfferLoad : IDisposable
{
    private const int Prepared = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Offer _offer;
    private readonly RawDelivery[] _deliveries = [.. Enumerable.Range(1, Prepared).Select(RawDelivery.Create)];
    private readonly HashSet<OfferConnection> _all = [];
    private readonly Stack<OfferConnection> _free = new();
    private readonly LoadTally _times = new(202);
    private readonly List<Guid> _accepted = [];
    private readonly OfferResult _result = new();
    private int _waiting;
    private int _made;

    public OfferLoad(Offer offer) => _offer = offer;

    /// <summary>Sends until the time is over.</summary>
    public void Send()
    {
        _times.Begin();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0L; Stopwatch.GetElapsedTime(began).TotalSeconds is var now && now < _offer.Seconds;)
        {
            for (var due = (long)(now * _offer.Rate); i < due; i++)
            {
                Take()?.Send(Guid.NewGuid(), began + (long)(i / _offer.Rate * Stopwatch.Frequency));
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>Waits for the answers, and writes down what was accepted.</summary>
    public OfferResult Finish()
    {
        for (var began = Stopwatch.GetTimestamp(); Volatile.Read(ref _waiting) > 0 && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            Thread.Sleep(10);
        }

        lock (_gate)
        {
            (_, _result.P50, _result.P99) = _times.End();
            _result.Accepted = _accepted.Count;
            _result.Unanswered = _waiting;
            _result.Connections = _all.Count;
            File.WriteAllLines(_offer.File, _accepted.Select(id => id.ToString()));
            return _result;
        }
    }

    public void Dispose()
    {
        OfferConnection[] all;
        lock (_gate)
        {
            all = [.. _all];
            _all.Clear();
        }

        Array.ForEach(all, c => c.Dispose());
    }

    /// <summary>An answer came, maybe the last one on its connection.</summary>
    public void Answered(OfferConnection connection, int status, bool saysWhen, bool isLast)
    {
        lock (_gate)
        {
            _waiting--;
            if (isLast)
            {
                _all.Remove(connection);
            }
            else
            {
                _free.Push(connection);
            }

            switch (status)
            {
                case 202:
                    _accepted.Add(connection.Id);
                    _times.Answered(status, Stopwatch.GetTimestamp() - connection.Due);
                    break;
                case 503 when saysWhen:
                    _result.Shed++;
                    break;
                default:
                    _result.Other++;
                    break;
            }
        }

        if (isLast)
        {
            connection.Dispose();
        }
    }

    /// <summary>It is of no use any more.</summary>
    public void Ended(OfferConnection connection)
    {
        lock (_gate)
        {
            if (!_all.Remove(connection))
            {
                return;
            }

            _waiting--;
            if (connection.HasAnswered)
            {
                _result.Broken++;
            }
            else
            {
                _result.Refused++;
            }
        }

        connection.Dispose();
    }

    private OfferConnection? Take()
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var connection))
            {
                if (_all.Count == _offer.Connections)
                {
                    _result.Unsent++;
                    return null;
                }

                connection = new OfferConnection(this, _offer.Port, _deliveries[_made++ % Prepared].Copy());
                _all.Add(connection);
            }

            _waiting++;
            _result.Sent++;
            return connection;
        }
    }
}
