/* The least a program can do to show a camera's JPEGs to many viewers: the physical limit.
 *
 * One thread, one buffer a frame, one send() a viewer. Usage: send_loop FPS JPEG...
 * Prints its port, serves 127.0.0.1 until its standard input ends. A viewer that still has a frame
 * to read misses the next one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_VIEWERS = 1024, MOST_PICTURES = 64, HEADER = 256 };

struct picture {
    char *bytes;
    size_t length;
};

struct frame {
    int users; /* viewers that still have some of it to read, and the loop itself */
    size_t length;
    char bytes[];
};

struct viewer {
    int fd;
    struct frame *frame; /* not sent as a whole yet, or NULL */
    size_t sent;
};

static struct viewer viewers[MOST_VIEWERS];
static struct pollfd polled[MOST_VIEWERS + 2];
static int count;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static struct picture load(const char *path) {
    struct stat status;
    struct picture picture;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &status) < 0) fail(path);
    picture.length = status.st_size;
    picture.bytes = malloc(picture.length);
    if (read(fd, picture.bytes, picture.length) != status.st_size) fail(path);
    close(fd);
    return picture;
}

static struct frame *make_frame(struct picture picture) {
    struct frame *frame = malloc(sizeof *frame + HEADER + picture.length);
    int header = snprintf(frame->bytes, HEADER,
        "Content-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %.6f\r\n\r\n",
        picture.length, now(CLOCK_REALTIME));
    char *end = frame->bytes + header;
    memcpy(end, picture.bytes, picture.length);
    end += picture.length;
    end += sprintf(end, "\r\n--frame\r\n");
    frame->length = end - frame->bytes;
    frame->users = 1;
    return frame;
}

static void release(struct frame *frame) {
    if (--frame->users == 0) free(frame);
}

static void leave(int index) {
    close(viewers[index].fd);
    if (viewers[index].frame) release(viewers[index].frame);
    viewers[index] = viewers[--count];
}

/* Send what the viewer has not got yet; 0 where it is gone. */
static int push(struct viewer *viewer) {
    struct frame *frame = viewer->frame;
    ssize_t sent = send(viewer->fd, frame->bytes + viewer->sent, frame->length - viewer->sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    viewer->sent += sent;
    if (viewer->sent == frame->length) {
        release(frame);
        viewer->frame = NULL;
    }
    return 1;
}

static void welcome(int listener) {
    static const char head[] =
        "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
        "--frame\r\n";
    char request[4096];
    int yes = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0 || count == MOST_VIEWERS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (recv(fd, request, sizeof request, 0) <= 0 || send(fd, head, sizeof head - 1, 0) < 0) {
        close(fd);
        return;
    }
    viewers[count++] = (struct viewer){.fd = fd};
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 512) < 0) fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    printf("{\"port\": %d, \"path\": \"/\"}\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* Until the time is up: let viewers in, go on with frames that did not fit at once. */
static void serve_until(double due, int listener) {
    for (;;) {
        int waiting = 2, left = (int)((due - now(CLOCK_MONOTONIC)) * 1000 + 1);
        if (left <= 1) return;
        polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        polled[1] = (struct pollfd){.fd = 0, .events = POLLIN};
        for (int i = 0; i < count; i++)
            if (viewers[i].frame)
                polled[waiting++] = (struct pollfd){.fd = viewers[i].fd, .events = POLLOUT};
        if (poll(polled, waiting, left - 1) <= 0) return;
        if (polled[1].revents) exit(0);
        if (polled[0].revents) welcome(listener);
        for (int i = count - 1; i >= 0; i--)
            if (viewers[i].frame && !push(&viewers[i])) leave(i);
    }
}

static void sleep_until(double due) {
    struct timespec time = {.tv_sec = (time_t)due, .tv_nsec = (long)((due - (time_t)due) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

int main(int argc, char **argv) {
    struct picture pictures[MOST_PICTURES];
    int known = argc - 2 < MOST_PICTURES ? argc - 2 : MOST_PICTURES;
    double period = 1 / atof(argv[1]), due;
    for (int i = 0; i < known; i++) pictures[i] = load(argv[i + 2]);
    int listener = listen_on_loopback();
    due = now(CLOCK_MONOTONIC);
    for (unsigned number = 0;; number++) {
        due += period;
        serve_until(due, listener);
        sleep_until(due);
        struct frame *frame = make_frame(pictures[number % known]);
        for (int i = count - 1; i >= 0; i--) {
            if (viewers[i].frame) continue;
            viewers[i].frame = frame;
            viewers[i].sent = 0;
            frame->users++;
            if (!push(&viewers[i])) leave(i);
        }
        release(frame);
    }
}
