using System.Diagnostics;

namespace WebhookBot.Tests.Drivers;

/// <summary>Waits for what is observable, and for nothing else.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks until the answer is there and right.</summary>
    /// <exception cref="TimeoutException">It never was; the message has the last answer.</exception>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isRight, Func<string>? tell = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isRight(answer))
            {
                return answer;
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"after {Patience.TotalSeconds} s it is still: {answer}\n{tell?.Invoke()}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static Task UntilAsync(Func<bool> isSo, Func<string>? tell = null) => UntilAsync(() => Task.FromResult(isSo()), so => so, tell);
}
